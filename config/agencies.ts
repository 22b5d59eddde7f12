import type { LocalizedText } from '#src/kernel/identifier.ts';

/** The agencies that manage documents of citizens, by the names that settings and messages have for them. */
export const agencies = {
  'traffic-police': { vi: 'Cục Cảnh sát giao thông', en: 'Traffic Police Department' },
  'social-insurance': { vi: 'Bảo hiểm xã hội Việt Nam', en: 'Viet Nam Social Security' },
  'civil-status': { vi: 'Cơ quan hộ tịch', en: 'Civil status office' },
} as const satisfies Record<string, LocalizedText>;

export type AgencyName = keyof typeof agencies;

export const isAgencyName = (name: string): name is AgencyName => Object.hasOwn(agencies, name);
