/** Bounds on what a tar's author controls. The path and link bounds are Linux's PATH_MAX, less the closing NUL. */
export interface TarLimits {
  readonly pathBytes: number;
  /** Bytes of one extended header (pax, GNU long name): what Go's reader, and so containerd, accepts. */
  readonly extensionBytes: number;
}

export const tarLimits: TarLimits = { pathBytes: 4095, extensionBytes: 1 << 20 };
