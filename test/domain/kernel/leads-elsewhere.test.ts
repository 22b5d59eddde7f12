import { describe, expect, it } from 'vitest';
import { leadsElsewhere, namesAddress } from '#src/kernel/leads-elsewhere.ts';

describe('words that lead a person elsewhere are known', () => {
  it.each([
    'evil.de',
    'EVIL.DE',
    'Mo evil.Tk ngay',
    'senid.support',
    'Senid.Support',
    'evil.tk/x',
    'evil.zip',
    'xem vneid-giả.com nhé',
    'ngân-hàng.рф',
    'vietcombank.dе',
    'evil.xn--p1ai',
    'evil．de',
    'evil。de',
    'evil·de',
    'q.com',
    'T.me/lan',
    'TP.HCM/x',
    'V1.de',
    'www.evil',
    '1.2.3.4/login',
    '1.2.3.4',
    '8.100.200.250',
    '[2001:db8::1]',
    'https://evil.example/login',
    'hxxp://evil',
    'tel:113',
    'mailto: lan',
    'lan@evil',
    'nhắn @ho_tro_senid',
    'Goi ngay 0912345678',
    'Gọi 0912 345 678',
    'Gọi 0912.345.678',
    'Gọi (028) 3822 1234',
    'gọi 0 9 1 2 3 4 5 6 7 8',
    'Gọi +84 912 345 678',
    'Gọi 84912345678',
    'Gọi 1900 1234',
    'Tổng đài 19001234',
    'Gọi ０９１２３４５６７８',
  ])('%s', (text) => {
    expect(leadsElsewhere(text)).toBe(true);
  });
});

describe('ordinary words are not refused', () => {
  it.each([
    'TP.HCM',
    'tp.hcm',
    'Học phí TP.Hồ Chí Minh',
    'Q.Tân Bình, P.Bến Nghé, Đ.3/2',
    'Q.Binh Thanh',
    'GS.TS Nguyễn Văn A',
    'N.V.Anh',
    'v.v.',
    'Tiền điện, nước, v.v...',
    '5.000.000 đồng',
    '1.000.000.000 đồng',
    '1.100.200.250đ',
    '12,5 triệu',
    'Kỳ 10.2026',
    'T10.2026',
    'T10.BHXH',
    'HĐ số 12/2026',
    'Nghị định 69/2024/NĐ-CP',
    'Mở tài khoản 77',
    'HD-2026-11-0042',
    'FB-7K2M9XQ4',
    'PE01000123456',
    'Ngày 02.03.2026 10:30:00',
    '05-06-2026 12:30',
    'Nộp thuế MST 0312345678',
    'Chuyển vào STK 0071000123456',
    'HĐ số 0912345678',
    'Thanh toán lần 1. Xin cảm ơn',
    'Tiền điện tháng 11.',
    'Thanh toán xong.Cảm ơn',
    'Mã 4711',
    'Công ty Điện lực Hà Nội',
    'Căn cước 001190000001',
  ])('%s', (text) => {
    expect(leadsElsewhere(text)).toBe(false);
  });

  it('an account may be somebody’s telephone number', () => {
    expect(namesAddress('0912345678')).toBe(false);
  });
});
