/** Makes instances of the kernel; each has a memory of its own. */

/** As much of the standard as is needed; TypeScript declares it for browsers only. */
declare const WebAssembly: {
  readonly Module: new (binary: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

export interface KernelInstance {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Codes as many bytes as have been recorded. */
  readonly run: (bytes: number) => void;
}

/** Compiles once, and gives a maker of instances. */
export function compileKernel(binary: Uint8Array<ArrayBuffer>): () => KernelInstance {
  const module = new WebAssembly.Module(binary);
  return () => new WebAssembly.Instance(module).exports as KernelInstance;
}
