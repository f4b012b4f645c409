//! Reading `NumPy` arrays of two dimensions, rows and columns, or three, with channels last.

use raster::Spec;

use crate::{
    ByteOrder, Bytes, Error, Format, Metadata,
    dense::Dense,
    form::{Form, Kind, Meaning},
    reader::Opened,
};

/// Bytes that a header has at most; those of images have some hundred.
const MOST: u64 = 64 << 10;

pub(crate) fn opened(bytes: Bytes) -> Result<Opened, Error> {
    let header = Header::read(&bytes)?;
    let (kind, bits, order) = header.samples(&bytes)?;
    let depth = Form::depth(bits, kind).ok_or_else(|| unsupported(&bytes, &header.descr))?;
    let (height, width, channels) = match header.shape[..] {
        [height, width] => (height, width, 1),
        [height, width, channels] => (height, width, channels),
        _ => {
            return Err(unsupported(&bytes, &format!("{} dimensions", header.shape.len())));
        }
    };
    let channels = u32::try_from(channels).unwrap_or(u32::MAX);
    let spec = Spec::new(width, height, channels, depth)
        .map_err(|error| corrupt(&bytes, &error.to_string()))?;
    if header.is_by_columns {
        return Err(unsupported(&bytes, "fortran_order"));
    }
    let form = Form {
        bits: bits as u32,
        kind,
        meaning: Meaning::Plain,
        samples: channels as usize,
        planes: 1,
        order,
        depth,
    };
    let metadata = Metadata { byte_order: order, ..Metadata::single(Format::Npy, &bytes, &spec) };
    let offset = header.end;
    let image = Dense { spec, metadata, form, offset, is_bottom_up: false }.checked(&bytes)?;
    Ok(Opened::new(bytes, image))
}

struct Header {
    /// The type of a sample, such as `<f4`.
    descr: String,
    is_by_columns: bool,
    shape: Vec<u64>,
    /// Where samples begin.
    end: u64,
}

impl Header {
    fn read(bytes: &Bytes) -> Result<Self, Error> {
        let mut head = [0; 12];
        let known = bytes.len().min(12) as usize;
        bytes.read_at(0, &mut head[..known])?;
        let (start, len) = match head[6] {
            1 => (10, u64::from(u16::from_le_bytes([head[8], head[9]]))),
            2 | 3 => (12, u64::from(u32::from_le_bytes([head[8], head[9], head[10], head[11]]))),
            version => return Err(unsupported(bytes, &format!("version {version}"))),
        };
        if len > MOST {
            return Err(unsupported(bytes, &format!("a header of {len} bytes")));
        }
        let mut text = vec![0; len as usize];
        bytes.read_at(start, &mut text)?;
        let text = String::from_utf8_lossy(&text);
        let value = |name: &str| {
            let found = text.split_once(name).and_then(|(_, rest)| rest.split_once(':'));
            let missing = || corrupt(bytes, &format!("{name} is missing"));
            found.map(|(_, value)| value.trim_start()).ok_or_else(missing)
        };
        let descr = value("'descr'")?;
        let descr = descr.strip_prefix('\'').and_then(|descr| descr.split_once('\''));
        let descr = descr.map(|(descr, _)| descr.to_owned());
        let is_by_columns = value("'fortran_order'")?.starts_with("True");
        Ok(Self {
            descr: descr.ok_or_else(|| unsupported(bytes, "records"))?,
            is_by_columns,
            shape: shape(value("'shape'")?).ok_or_else(|| corrupt(bytes, "shape is no tuple"))?,
            end: start + len,
        })
    }

    /// What samples are: their kind, their bits and the order of their bytes.
    fn samples(&self, bytes: &Bytes) -> Result<(Kind, u64, ByteOrder), Error> {
        let fail = || unsupported(bytes, &self.descr);
        let mut letters = self.descr.chars();
        let order = match letters.next() {
            Some('<') => ByteOrder::Little,
            Some('>') => ByteOrder::Big,
            Some('|' | '=') => ByteOrder::NATIVE,
            _ => return Err(fail()),
        };
        let kind = match letters.next() {
            Some('u' | 'b') => Kind::Unsigned,
            Some('i') => Kind::Signed,
            Some('f') => Kind::Float,
            _ => return Err(fail()),
        };
        let size: u64 = letters.as_str().parse().map_err(|_| fail())?;
        if !matches!(size, 1 | 2 | 4 | 8) {
            return Err(fail());
        }
        Ok((kind, size * 8, order))
    }
}

/// The numbers of a tuple.
fn shape(text: &str) -> Option<Vec<u64>> {
    let (inner, _) = text.strip_prefix('(')?.split_once(')')?;
    let numbers = inner.split(',').map(str::trim).filter(|number| !number.is_empty());
    numbers.map(|number| number.parse().ok()).collect()
}

fn corrupt(bytes: &Bytes, reason: &str) -> Error {
    Error::corrupt(bytes.path(), format!("NPY: {reason}"))
}

fn unsupported(bytes: &Bytes, what: &str) -> Error {
    let file = bytes.path().map_or(String::new(), |path| format!("{}: ", path.display()));
    Error::Unsupported(format!(
        "{file}NPY files with {what} cannot be read, only numbers by rows and columns, with or without \
         channels"
    ))
}
