let crcTable: Uint32Array | undefined;

/** CRC-32 of the first bytes, as PNG and zlib have it (ISO 3309: polynomial 0xEDB88320, lowest bit first). */
export function crc32(view: DataView, length: number): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    return crc;
  });
  let crc = -1;
  for (let i = 0; i < length; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ view.getUint8(i)) & 255];
  return ~crc >>> 0;
}
