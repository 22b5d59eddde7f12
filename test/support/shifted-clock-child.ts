// Loaded before a server (`--import`), so that the clock of its whole process, the libraries too, is off: from the start, or from SIGUSR2 on.
const wrongMs = Number(process.env['CLOCK_SHIFT_MS']);
let shiftMs = process.env['CLOCK_SHIFT_FROM'] === 'start' ? wrongMs : 0;
process.on('SIGUSR2', () => {
  shiftMs = wrongMs;
});
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
