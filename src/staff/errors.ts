/** Every way a role is refused. */
export type StaffErrorCode = 'staff_account_unsuitable' | 'staff_role_unknown';
