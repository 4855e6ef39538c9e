export interface ElfSection {
  name: string;
  address: number;
  data: Buffer;
}

const FILE_HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const SECTION_HEADER_BYTES = 40;

/** A little-endian 32-bit ELF file with as much in it as `elf2image` reads: sections, and a program header for each. */
export function tinyElf(machine: 'xtensa' | 'riscv', entry: number, sections: readonly ElfSection[]): Buffer {
  const names = Buffer.from(`\0${sections.map(({ name }) => `${name}\0`).join('')}.shstrtab\0`, 'latin1');
  let dataAt = FILE_HEADER_BYTES + sections.length * PROGRAM_HEADER_BYTES;
  const placed = [...sections, { name: '.shstrtab', address: 0, data: names }].map((section) => {
    const place = { ...section, at: dataAt, nameAt: names.indexOf(`\0${section.name}\0`) + 1 };
    dataAt += section.data.length;
    return place;
  });

  const file = Buffer.alloc(FILE_HEADER_BYTES);
  file.write('7f454c46010101', 'hex');
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(machine === 'xtensa' ? 0x5e : 0xf3, 18);
  file.writeUInt32LE(1, 20);
  file.writeUInt32LE(entry, 24);
  file.writeUInt32LE(FILE_HEADER_BYTES, 28);
  file.writeUInt32LE(dataAt, 32);
  const counts = [
    PROGRAM_HEADER_BYTES,
    sections.length,
    SECTION_HEADER_BYTES,
    placed.length + 1,
    placed.length,
  ];
  [FILE_HEADER_BYTES, ...counts].forEach((count, index) => file.writeUInt16LE(count, 40 + index * 2));

  const programHeaders = placed
    .slice(0, -1)
    .map(({ address, at, data }) => words(1, at, address, address, data.length, data.length, 5, 4));
  const sectionHeaders = placed.map(({ name, nameAt, address, at, data }) =>
    words(nameAt, name === '.shstrtab' ? 3 : 1, 2, address, at, data.length, 0, 0, 4, 0),
  );
  const contents = placed.map(({ data }) => data);
  return Buffer.concat([
    file,
    ...programHeaders,
    ...contents,
    Buffer.alloc(SECTION_HEADER_BYTES),
    ...sectionHeaders,
  ]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}
