import type { ClientErrorCode } from '#src/clients/errors.ts';
import type { Outcome } from './outcome.ts';

/** A step of a service's registration that is not taken. */
const step = (status: number, vi: string, en: string, helpDesk: string): Outcome => ({
  status,
  log: 'info',
  title: { vi, en },
  explanation: { vi: 'Chưa có gì thay đổi.', en: 'Nothing was changed.' },
  nextStep: { vi: 'Xem chi tiết rồi thử lại.', en: 'See the detail, then try again.' },
  helpDesk,
});

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
  client_secret_not_found: step(
    404,
    'Không có khóa bí mật này',
    'There is no such secret',
    'Compare with `senid clients secrets list ID`; one that was revoked is gone.',
  ),
  client_secrets_full: step(
    409,
    'Dịch vụ đã có quá nhiều khóa bí mật',
    'The service has too many secrets',
    'Revoke the ones that are no longer used, then add another.',
  ),
  managers_invalid: step(
    422,
    'Danh sách người quản lý chưa hợp lệ',
    'The list of managers is not valid',
    'Names like operator:lan, client:desk, client:desk/lan or person:ACCOUNT; 1 to 50.',
  ),
  service_changed: step(
    412,
    'Dịch vụ vừa được người khác thay đổi',
    'Somebody else has changed the service meanwhile',
    'Read it again and repeat the change on what is there now.',
  ),
  service_exists: step(
    409,
    'Mã dịch vụ này đã được dùng',
    'This identifier is taken',
    'Choose another client_id, or change the service that has it.',
  ),
  service_reason_missing: step(
    422,
    'Cần ghi lý do',
    'A reason is needed',
    'Refusing, suspending and resuming are done with a reason, which stays in the history.',
  ),
  service_role_missing: step(
    403,
    'Bạn không được làm bước này',
    'This step is not yours to take',
    'The detail names the role: a manager of the service, or a reviewer.',
  ),
  service_same_hand: step(
    403,
    'Cần người khác duyệt',
    'Somebody else has to approve this',
    'Four eyes: whoever made, changed or submitted a version never approves it.',
  ),
  service_state_wrong: step(
    409,
    'Dịch vụ không ở trạng thái phù hợp',
    'The service is not in a state for this step',
    'The detail names the states that the step is taken from, and the present one.',
  ),
  simulation_unknown: step(
    422,
    'Không có kết quả mô phỏng này',
    'There is no such outcome to simulate',
    'One of those that the simulator of the console lists.',
  ),
  tester_invalid: step(
    422,
    'Người thử nghiệm chưa hợp lệ',
    'The tester is not valid',
    'An ID number and one line of text; at most 100 for a service.',
  ),
} as const satisfies Record<ClientErrorCode, Outcome>;
