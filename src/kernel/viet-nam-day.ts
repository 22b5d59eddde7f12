/** The day it is in Viet Nam at a moment, `YYYY-MM-DD`: days of the law, of dated policies and of documents begin at its midnight, 17:00 UTC. */
export const dayInVietNam = (ms: number): string => new Date(ms + 7 * 3_600_000).toISOString().slice(0, 10);
