import type { ClientErrorCode } from '#src/clients/errors.ts';
import type { Outcome } from './outcome.ts';

export const clientsRows = {
  client_metadata_invalid: {
    status: 400,
    oauth: 'invalid_client_metadata',
    log: 'info',
    title: { vi: 'Đăng ký dịch vụ chưa hợp lệ', en: 'The registration is not valid' },
    explanation: {
      vi: 'Một trường của bản đăng ký sai; chưa có gì được lưu.',
      en: 'A member of the registration is wrong; nothing was saved.',
    },
    nextStep: { vi: 'Sửa trường được nêu tên rồi gửi lại.', en: 'Correct the member that is named and send it again.' },
    helpDesk: 'The detail names the member and what was expected.',
  },
  client_not_found: {
    status: 404,
    oauth: 'invalid_client',
    log: 'info',
    title: { vi: 'Không có dịch vụ này', en: 'There is no such service' },
    explanation: { vi: 'Mã dịch vụ này chưa được đăng ký ở đây.', en: 'No service is registered here under this identifier.' },
    nextStep: { vi: 'Kiểm tra lại mã dịch vụ.', en: 'Check the identifier.' },
    helpDesk: 'Compare client_id with `senid clients list`.',
  },
} as const satisfies Record<ClientErrorCode, Outcome>;
