/** Three bytes lead to its end, each of which only coverage tells apart from a wrong one. */
export function maze(bytes: Uint8Array): number {
  if (bytes[0] === 0x65) {
    if (bytes[1] === 0x6e) {
      if (bytes[2] === 0x64) throw new TypeError('the end of the maze');
      return 2;
    }
    return 1;
  }
  return 0;
}
