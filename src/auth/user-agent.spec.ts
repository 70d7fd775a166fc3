import { deviceNamed } from './user-agent';

describe('the name of a device', () => {
  it.each([
    [
      'Firefox on Windows',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0',
    ],
    [
      'Safari on iOS',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    ],
    [
      'Microsoft Edge on macOS',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0',
    ],
    ['Linux', 'Mozilla/5.0 (X11; Linux x86_64)'],
    ['Dart', 'Dart/3.2 (dart:io)'],
  ])('is %s', (device, userAgent) => {
    expect(deviceNamed(userAgent)).toBe(device);
  });

  it.each([null, '', '  ', 'curl/8.5.0', '('.repeat(255), '<script>alert(1)</script>/1'])(
    'is not made up of %j',
    (userAgent) => {
      expect(deviceNamed(userAgent)).toBeNull();
    },
  );

  it('is read from the beginning only, however long the text is', () => {
    const late = `${' '.repeat(10_000)}Mozilla/5.0 (Windows NT 10.0) Firefox/132.0`;

    expect(deviceNamed(late)).toBeNull();
    expect(deviceNamed(`Dart/3.2 ${'a'.repeat(1_000_000)}`)).toBe('Dart');
  });
});
