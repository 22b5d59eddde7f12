/** Sets of rules that a registration may put itself under; without one it is plain OpenID Connect. */
export const securityProfiles = ['fapi-2.0', 'fapi-2.0-message-signing', 'fapi-ciba'] as const;

export type SecurityProfile = (typeof securityProfiles)[number];
