import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { concat, utf8 } from '@parley/protocol';
import fc from 'fast-check';

const [VARINT, I64, LENGTH, I32] = [0, 1, 2, 5];
const MOST_FIELDS = 6;

/** An encoding of the message: some of its fields, in any order and number, now and then of another type, unknown, or cut off. */
export function encodingOf(schema: DescMessage): fc.Arbitrary<Uint8Array> {
  const known = schema.fields.map((field) => encodedField(field));
  const field = fc.oneof({ weight: 8, arbitrary: known.length === 0 ? unknownField : fc.oneof(...known) }, unknownField);
  const ordered = fc.tuple(...known.map((one) => fc.option(one, { nil: new Uint8Array(0), freq: 8 })));
  const whole = fc.oneof(
    { weight: 2, arbitrary: ordered.map((parts) => concat(...parts)) },
    fc.array(field, { maxLength: MOST_FIELDS }).map((parts) => concat(...parts)),
  );
  return fc.oneof(
    { weight: 6, arbitrary: whole },
    fc.tuple(whole, fc.nat(40)).map(([bytes, less]) => bytes.subarray(0, Math.max(0, bytes.length - less))),
  );
}

function encodedField(field: DescField): fc.Arbitrary<Uint8Array> {
  const value = encodedValue(field);
  const tagged = value.map(([type, bytes]) => concat(varint((BigInt(field.number) << 3n) | BigInt(type)), bytes));
  return field.fieldKind === 'list' ? fc.array(tagged, { maxLength: 3 }).map((parts) => concat(...parts)) : tagged;
}

type Value = readonly [type: number, bytes: Uint8Array];

function encodedValue(field: DescField): fc.Arbitrary<Value> {
  if (field.message !== undefined) return encodingOf(field.message).map(lengthOf);
  const scalar = field.scalar ?? ScalarType.UINT64;
  if (scalar === ScalarType.FIXED64) return fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => [I64, bytes]);
  if (scalar === ScalarType.STRING) return fc.oneof(name, fc.string({ unit: 'binary' }).map(utf8), short).map(lengthOf);
  if (scalar === ScalarType.BYTES) return fc.oneof(sized, short).map(lengthOf);
  return fc.oneof(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.nat(8).map(BigInt)).map((value) => [VARINT, varint(value)]);
}

const short = fc.uint8Array({ maxLength: 60 });
/** As ids, keys and signatures are. */
const sized = fc.constantFrom(8, 16, 32, 64).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
const name = fc.constantFrom('alice', 'bob', 'a.b-c_9', 'A', '').map(utf8);

const lengthOf = (bytes: Uint8Array): Value => [LENGTH, concat(varint(BigInt(bytes.length)), bytes)];

/** Any number and wire type, groups among them, with something that may be its value. */
const unknownField = fc
  .tuple(fc.oneof(fc.nat(30), fc.constantFrom(0, 0x1fff_ffff)), fc.constantFrom(VARINT, I64, LENGTH, 3, 4, I32, 6, 7), short)
  .map(([number, type, bytes]) =>
    concat(varint((BigInt(number) << 3n) | BigInt(type)), type === LENGTH ? lengthOf(bytes)[1] : bytes),
  );

export function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
