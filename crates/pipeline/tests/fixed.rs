//! Memory that a sink needs however many workers there are.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use gigapx_pipeline::{Engine, Error, Image, Options};
use raster::{Depth, Region, Spec, View, ViewMut};
use store::{Layout, RawLayout, Sink, from_memory};

const MIB: u64 = 1 << 20;

/// Throws pixels away, and says that it needs 6 MiB for it; notes what all of its kind need at once.
struct Heavy {
    began: std::sync::Once,
    sinks: Arc<AtomicU64>,
    most: Arc<AtomicU64>,
}

impl Sink for Heavy {
    fn layout(&self) -> Layout {
        Layout::Rows
    }

    unsafe fn claim(&self, _: &Region) -> Option<ViewMut<'_>> {
        None
    }

    fn write(&self, _: &Region, _: &View<'_>) -> Result<(), store::Error> {
        self.began.call_once(|| {
            let now = self.sinks.fetch_add(1, Ordering::Relaxed) + 1;
            self.most.fetch_max(now, Ordering::Relaxed);
        });
        Ok(())
    }

    fn fixed_bytes(&self) -> u64 {
        6 * MIB
    }

    fn finish(&self) -> Result<(), store::Error> {
        self.sinks.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }

    fn abort(&self) {}
}

#[test]
fn what_sinks_need_counts_once_a_job() {
    let spec = Spec::new(3000, 2000, 1, Depth::U8).unwrap();
    let data = vec![7u8; spec.bytes() as usize];
    let image = Image::new(from_memory(Arc::new(data), RawLayout::dense(spec)).unwrap());
    let engine = Engine::new(2);
    let most = Arc::new(AtomicU64::new(0));
    let sinks = Arc::new(AtomicU64::new(0));
    let heavy = || {
        let (sinks, most) = (Arc::clone(&sinks), Arc::clone(&most));
        Arc::new(Heavy { began: std::sync::Once::new(), sinks, most })
    };

    engine.set_memory_limit(6 * MIB);
    let error = engine.run(&image, heavy(), Options::default()).unwrap_err();
    let Error::MemoryLimit { needed, .. } = error else { panic!("{error}") };
    assert!(needed > 6 * MIB && needed < 7 * MIB, "{needed}");
    engine.set_memory_limit(needed);
    engine.run(&image, heavy(), Options::default()).unwrap();

    // Two do not fit, so one waits for the other.
    engine.set_memory_limit(11 * MIB);
    let (sender, done) = mpsc::channel();
    for _ in 0..4 {
        let sender = sender.clone();
        engine.start(&image, heavy(), Options::default(), move |it| sender.send(it).unwrap());
    }
    for _ in 0..4 {
        done.recv().unwrap().unwrap();
    }
    assert_eq!(most.load(Ordering::Relaxed), 1);
    assert_eq!(engine.counters().reserved, 0);
}
