/** Put in by the build: the addresses of all files of the page, and a hash over their contents. */
declare const __FILES__: readonly string[];
declare const __VERSION__: string;

export const FILES: readonly string[] = __FILES__;
export const VERSION: string = __VERSION__;
