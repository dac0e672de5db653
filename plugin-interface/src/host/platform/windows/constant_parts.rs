//! The parts of a library that nobody changes once the loader has mapped it.

use core::mem::offset_of;

use object::LittleEndian;
use object::pe::{
    IMAGE_REL_BASED_DIR64, IMAGE_SCN_MEM_EXECUTE, IMAGE_SCN_MEM_WRITE, ImageNtHeaders64,
    ImageOptionalHeader64,
};
use object::read::pe::PeFile64;

/// Bytes, and their place from the begin of a library that is mapped.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ConstantPart {
    pub(super) at: usize,
    pub(super) bytes: Vec<u8>,
}

/// Returns the headers and the code of a library as they are once it is mapped at
/// an address. Returns `None` if it is no library.
pub(super) fn constant_parts(file: &[u8], address: usize) -> Option<Vec<ConstantPart>> {
    let pe = PeFile64::parse(file).ok()?;
    let headers = pe.nt_headers();
    let len = headers.optional_header.size_of_headers.get(LittleEndian) as usize;
    // The loader writes to the one field in between where the library is.
    let field = pe.dos_header().nt_headers_offset() as usize
        + offset_of!(ImageNtHeaders64, optional_header)
        + offset_of!(ImageOptionalHeader64, image_base);
    let part = |at, bytes: &[u8]| ConstantPart { at, bytes: bytes.to_vec() };
    let mut parts = vec![part(0, file.get(..field)?), part(field + 8, file.get(field + 8..len)?)];
    for section in pe.section_table().iter() {
        let flags = section.characteristics.get(LittleEndian);
        if flags & (IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_WRITE) != IMAGE_SCN_MEM_EXECUTE {
            continue;
        }
        let (offset, size) = section.pe_file_range();
        let bytes = file.get(offset as usize..)?.get(..size as usize)?;
        parts.push(part(section.virtual_address.get(LittleEndian) as usize, bytes));
    }
    let preferred = headers.optional_header.image_base.get(LittleEndian);
    relocate(&pe, file, (address as u64).wrapping_sub(preferred), &mut parts)?;
    Some(parts)
}

/// Adds to the addresses in some parts how far the library is from the place that
/// it prefers.
fn relocate(pe: &PeFile64<'_>, file: &[u8], by: u64, parts: &mut [ConstantPart]) -> Option<()> {
    let sections = pe.section_table();
    let Some(mut blocks) = pe.data_directories().relocation_blocks(file, &sections).ok()? else {
        return Some(());
    };
    while let Some(block) = blocks.next().ok()? {
        for relocation in block.filter(|it| it.typ == IMAGE_REL_BASED_DIR64) {
            let place = relocation.virtual_address as usize;
            let in_it =
                |part: &&mut ConstantPart| place >= part.at && place - part.at < part.bytes.len();
            let Some(part) = parts.iter_mut().find(in_it) else { continue };
            let field: &mut [u8; 8] = part.bytes[place - part.at..].first_chunk_mut()?;
            *field = u64::from_le_bytes(*field).wrapping_add(by).to_le_bytes();
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_the_code_go_with_the_library() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let pe = PeFile64::parse(&file[..]).unwrap();
        let preferred = pe.nt_headers().optional_header.image_base.get(LittleEndian) as usize;
        let at_home = constant_parts(&file, preferred).unwrap();
        let moved = constant_parts(&file, preferred + 0x1_0000).unwrap();
        assert_eq!(at_home.len(), moved.len());
        let mut count = 0;
        for (before, after) in at_home.iter().zip(&moved) {
            assert_eq!((before.at, before.bytes.len()), (after.at, after.bytes.len()));
            let pairs = before.bytes.iter().zip(&after.bytes);
            count += pairs.filter(|(before, after)| before != after).count();
        }
        assert!(count > 0, "the list of constructors is in the code");
        assert_eq!(constant_parts(b"no library", 0), None);
    }
}
