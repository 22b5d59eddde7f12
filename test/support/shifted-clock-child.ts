// Loaded before a server (`--import`), so that its whole process has a clock that is off, the libraries too.
const shiftMs = Number(process.env['CLOCK_SHIFT_MS']);
const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...given: []) {
    if (given.length === 0) super(RealDate.now() + shiftMs);
    else super(...given);
  }
  static override now(): number {
    return RealDate.now() + shiftMs;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
