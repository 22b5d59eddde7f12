/**
 * One line that people read before they agree to something: nothing in it that hides, turns or splits what is written, no blank but the ordinary
 * one, and no pile of accents that covers the lines around it.
 */
export const visibleLine = /^(?:(?!\p{M}{5})(?: |[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]))*$/u;
