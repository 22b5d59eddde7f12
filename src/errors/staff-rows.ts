import type { StaffErrorCode } from '#src/staff/errors.ts';
import type { Outcome } from './outcome.ts';

export const staffRows = {
  staff_account_unsuitable: {
    status: 422,
    log: 'info',
    title: { vi: 'Tài khoản này chưa thể nhận vai trò', en: 'This account cannot be given a role' },
    explanation: { vi: 'Chưa có gì thay đổi.', en: 'Nothing was changed.' },
    nextStep: {
      vi: 'Chọn tài khoản mức 2 đang hoạt động.',
      en: 'Choose an account of level 2 that is not locked.',
    },
    helpDesk: 'The console needs identity level 2; a locked account cannot sign in at all.',
  },
  staff_role_unknown: {
    status: 422,
    log: 'info',
    title: { vi: 'Không có vai trò này', en: 'There is no such role' },
    explanation: { vi: 'Chưa có gì thay đổi.', en: 'Nothing was changed.' },
    nextStep: { vi: 'Chọn manager, reviewer hoặc operator.', en: 'Choose manager, reviewer or operator.' },
    helpDesk: '--service goes with the role manager alone.',
  },
} as const satisfies Record<StaffErrorCode, Outcome>;
