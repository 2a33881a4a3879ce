//! A descriptor set on the wire without what only compilers need: the places and comments of the sources. Bytes are left
//! out, none is written anew: options that nobody here knows stay as they are.

/// `FileDescriptorSet.file`
const FILE: u64 = 1;
/// `FileDescriptorProto.source_code_info`
const SOURCE_CODE_INFO: u64 = 9;

pub(super) fn without_sources(set: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(set.len() / 2);
    for field in Fields(set) {
        let Some(file) = field.content.filter(|_| field.number == FILE) else {
            out.extend_from_slice(field.whole);
            continue;
        };
        let kept = Fields(file).filter(|field| field.number != SOURCE_CODE_INFO);
        let file: Vec<u8> = kept.flat_map(|field| field.whole).copied().collect();
        push_varint(&mut out, FILE << 3 | 2);
        push_varint(&mut out, u64::try_from(file.len()).unwrap_or_default());
        out.extend(file);
    }
    out
}

/// The fields of a message, up to the first that is cut off.
struct Fields<'a>(&'a [u8]);

struct Field<'a> {
    number: u64,
    whole: &'a [u8],
    /// Of a field with a length.
    content: Option<&'a [u8]>,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let (key, mut at) = varint(self.0)?;
        let mut content = None;
        match key & 7 {
            0 => at += varint(self.0.get(at..)?)?.1,
            1 => at += 8,
            5 => at += 4,
            2 => {
                let (length, width) = varint(self.0.get(at..)?)?;
                let start = at + width;
                at = start.checked_add(usize::try_from(length).ok()?)?;
                content = Some(self.0.get(start..at)?);
            }
            _ => return None,
        }
        let (whole, rest) = self.0.split_at_checked(at)?;
        self.0 = rest;
        Some(Field {
            number: key >> 3,
            whole,
            content,
        })
    }
}

/// The number, and how many bytes it takes.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap_or_default() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or_default());
}
