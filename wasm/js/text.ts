// Bytes as text that no tool has a reason to escape: printable ASCII without quotes from `#` to `~`, save the backslash.
//
// These are 91 digits. A byte b < 89 is digit b; any other is digit 88 + b / 89, which is 89 or 90, then digit b % 89.
// build.mjs writes it.

/** The bytes that `text` stands for. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(text.length);
  let length = 0;
  let high = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code - (code > 92 ? 36 : 35);
    if (digit > 88) high = 89 * (digit - 88);
    else {
      to[length++] = high + digit;
      high = 0;
    }
  }
  return to.slice(0, length);
}
