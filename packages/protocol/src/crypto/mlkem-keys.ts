const Q = 3_329;
/** ML-KEM-768: three polynomials of 256 coefficients, 12 bits each. */
const COEFFICIENT_BYTES = 1_152;

/**
 * The modulus check of FIPS 203, section 7.2: every coefficient of the encapsulation key is below q. OpenSSL does it itself;
 * @noble/post-quantum 0.5.2 has a check that never fails (it decodes without reducing).
 * @param publicKey 1,184 bytes
 */
export function passesModulusCheck(publicKey: Uint8Array): boolean {
  for (let i = 0; i < COEFFICIENT_BYTES; i += 3) {
    const pair = (publicKey[i] as number) | ((publicKey[i + 1] as number) << 8) | ((publicKey[i + 2] as number) << 16);
    if ((pair & 0xfff) >= Q || pair >>> 12 >= Q) return false;
  }
  return true;
}
