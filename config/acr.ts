import type { LocalizedText } from '#src/kernel/identifier.ts';

/** What an authentication level asks for; lowest first, higher is stronger (Decree 69/2024/ND-CP, article 15). */
export interface AuthenticationLevelRow {
  readonly level: 1 | 2 | 3 | 4;
  readonly label: LocalizedText;
  /** In words, for the page that says what is missing. */
  readonly factors: LocalizedText;
  /** How old the oldest method that counts may be, in seconds. */
  readonly maxAgeSeconds: number;
  /** False: something must be proven for this very sign-in, a session alone is not enough. */
  readonly fromSessionAlone: boolean;
}

const hour = 3600;

export const authenticationLevels = [
  {
    level: 1,
    label: { vi: 'xác thực mức 1', en: 'authentication level 1' },
    factors: { vi: 'một yếu tố, ví dụ mật khẩu', en: 'one factor, for example a password' },
    maxAgeSeconds: 12 * hour,
    fromSessionAlone: true,
  },
  {
    level: 2,
    label: { vi: 'xác thực mức 2', en: 'authentication level 2' },
    factors: {
      vi: 'hai yếu tố khác nhau, ví dụ mật khẩu và mã, hoặc điện thoại',
      en: 'two different factors, for example a password and a code, or the phone',
    },
    maxAgeSeconds: 12 * hour,
    fromSessionAlone: true,
  },
  {
    level: 3,
    label: { vi: 'xác thực mức 3', en: 'authentication level 3' },
    factors: { vi: 'hai yếu tố trở lên, trong đó có sinh trắc học', en: 'two or more factors, one of them biometric' },
    maxAgeSeconds: hour,
    fromSessionAlone: true,
  },
  {
    level: 4,
    label: { vi: 'xác thực mức 4', en: 'authentication level 4' },
    factors: { vi: 'điều bạn biết, vật bạn giữ và sinh trắc học', en: 'something known, something held and a biometric' },
    maxAgeSeconds: 300,
    fromSessionAlone: false,
  },
] as const satisfies readonly AuthenticationLevelRow[];

/** All acr values are `urn:senid:acr:id<identity level>-auth<authentication level>`. */
export const acrPrefix = 'urn:senid:acr:';

/** All eight values, lowest first, as in `acr_values_supported`. */
export const acrValues = [1, 2].flatMap((identity) =>
  authenticationLevels.map(({ level }) => `${acrPrefix}id${identity}-auth${level}`),
);
