// Where the phone lives on its page, whose it is and which language it speaks.
import { texts } from './texts.js';

export const root = document.getElementById('phone');
export const { issuer, language } = root.dataset;
export const t = texts[language];
