// Where the phone lives on its page, whose it is and which language it speaks.
import { texts } from './texts.js';

export const root = document.getElementById('phone');
/** What is said here is read out, whatever screen is shown. */
export const told = document.getElementById('told');
export const { issuer, language } = root.dataset;
export const t = texts[language];
