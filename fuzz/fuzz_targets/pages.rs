//! Every page and level of anything.

#![no_main]

use std::sync::Arc;

use gigapx_store::{Bytes, Selection, open_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let owner = Arc::new(data.to_vec());
    let open = |page, level| {
        let bytes = Bytes::from_memory(Arc::clone(&owner) as Arc<_>);
        open_bytes(bytes, Selection { page, level })
    };
    for page in 0..4 {
        let Ok(source) = open(page, 0) else { continue };
        let _ = source.tags();
        let levels = source.metadata().levels.len().min(4) as u64;
        for level in 1..levels {
            let _ = open(page, level).map(|source| source.tags());
        }
    }
});
