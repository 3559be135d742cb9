import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressText } from '../../src/sensor/address.ts';

const of = (hex: string): string => addressText(Buffer.from(hex, 'hex'), 6);

test('RFC 5952, section 4', () => {
  assert.equal(of('20010db8000000000000000000000001'), '2001:db8::1');
  assert.equal(of('00000000000000000000000000000000'), '::');
  assert.equal(of('00000000000000000000000000000001'), '::1');
  // The longest run is shortened, the first of equals, and never one group alone.
  assert.equal(of('20010000000000010000000000000001'), '2001:0:0:1::1');
  assert.equal(of('20010db8000000000001000000000001'), '2001:db8::1:0:0:1');
  assert.equal(of('20010db8000000010001000100010001'), '2001:db8:0:1:1:1:1:1');
});

test('any bytes are an address', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      assert.ok(isIPv6(addressText(bytes, 6)));
      assert.ok(isIPv4(addressText(bytes, 4)));
    }),
  );
});
