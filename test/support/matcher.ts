import { startDemoProgram } from './demo-program.ts';

/** The demo's matcher of faces. */
export const startMatcher = () => startDemoProgram('matcher');

/** A picture as the demo's matcher understands it. */
export const faceOf = ({ id_number: idNumber }: { readonly id_number: string }): Buffer =>
  Buffer.from(`senid-demo-face:${idNumber}`);
