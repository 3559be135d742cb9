/** Bounds on what an image's author controls. What is beyond is not understood, and said to be so. */
export const hardenLimits = {
  /** Bytes of one program or library that is read for what it needs. */
  elfBytes: 512 * 2 ** 20,
  programHeaders: 4096,
  dynamicEntries: 65_536,
  libraries: 4096,
  text: 4096,
  /** Of a script's first line: what Linux looks at (BINPRM_BUF_SIZE). */
  firstLine: 256,
  /** Of a text of the system (`/etc/nsswitch.conf`, `/etc/passwd`, …). */
  systemText: 4 * 2 ** 20,
  /** Of a text of dpkg. */
  dpkgText: 64 * 2 ** 20,
  /** Search paths that one object hands to those it loads. */
  inherited: 64,
  notes: 1000,
} as const;
