// Texts for codes: 200 as wallets and banks make them, and any number of random ones. The same at every run.

/** A generator of numbers below 1 (mulberry32). */
export function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const DIGITS = "0123456789";
const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

function drawer(seed) {
  const random = randomNumbers(seed);
  const below = (most) => Math.floor(random() * most);
  const string = (alphabet, length) => Array.from({ length }, () => alphabet[below(alphabet.length)]).join("");
  const one = (values) => values[below(values.length)];
  return { below, string, one, digits: (length) => string(DIGITS, length) };
}

/** Tag, length, value, as EMVCo's merchant-presented codes have them. */
const tlv = (fields) => fields.map(([tag, value]) => tag + String(value.length).padStart(2, "0") + value).join("");

/** CRC-16/CCITT-FALSE, the last field of such a code. */
function withChecksum(text) {
  let crc = 0xffff;
  for (const byte of new TextEncoder().encode(`${text}6304`)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return `${text}6304${crc.toString(16).toUpperCase().padStart(4, "0")}`;
}

const MERCHANTS = [
  "Smart Summary",
  "Leaf and Page",
  "KOPI KENANGAN",
  "SOMCHAI NOODLES",
  "Coffee and Books by the Lake",
  "7-ELEVEN 00123",
  "Pho Hoa 88",
  "Jollibee Makati",
];

/** By scheme: account template's tag and fields, currency, country. */
const EMVCO = [
  [
    "26",
    (d) => [
      ["00", "A000000615000101"],
      ["01", `${d.digits(6)}`],
      ["02", d.digits(15)],
    ],
    "156",
    "CN",
  ], // ItPay's
  [
    "29",
    (d) => [
      ["00", "A000000677010111"],
      ["01", `0066${d.digits(9)}`],
    ],
    "764",
    "TH",
  ], // PromptPay
  [
    "26",
    (d) => [
      ["00", "SG.PAYNOW"],
      ["01", "2"],
      ["02", `2019${d.digits(5)}K`],
      ["03", "0"],
      ["04", "20301231"],
    ],
    "702",
    "SG",
  ], // PayNow
  [
    "26",
    (d) => [
      ["00", "hk.com.hkicl"],
      ["02", d.digits(9)],
      ["05", d.digits(12)],
    ],
    "344",
    "HK",
  ], // FPS
  [
    "26",
    (d) => [
      ["00", "ID.CO.QRIS.WWW"],
      ["01", `93600${d.digits(13)}`],
      ["02", `ID10${d.digits(11)}`],
      ["03", "UMI"],
    ],
    "360",
    "ID",
  ], // QRIS
  [
    "26",
    (d) => [
      ["00", "A0000006150001"],
      ["01", d.digits(6)],
      ["02", d.string(DIGITS + CAPITALS, 20)],
    ],
    "458",
    "MY",
  ], // DuitNow
  [
    "38",
    (d) => [
      ["00", "A000000727"],
      [
        "01",
        tlv([
          ["00", d.digits(6)],
          ["01", d.digits(13)],
        ]),
      ],
      ["02", "QRIBFTTA"],
    ],
    "704",
    "VN",
  ], // VietQR
  [
    "27",
    (d) => [
      ["00", "com.p2pqrpay"],
      ["01", "GXCHPHM2XXX"],
      ["02", "99964403"],
      ["04", d.digits(18)],
    ],
    "608",
    "PH",
  ], // InstaPay, GCash
  [
    "26",
    (d) => [
      ["00", "br.gov.bcb.pix"],
      [
        "01",
        `${d.string("0123456789abcdef", 8)}-${d.string("0123456789abcdef", 4)}-4${d.string("0123456789abcdef", 3)}-a${d.string("0123456789abcdef", 3)}-${d.string("0123456789abcdef", 12)}`,
      ],
    ],
    "986",
    "BR",
  ], // Pix
  [
    "30",
    (d) => [
      ["00", "A000000333010101"],
      ["01", d.digits(15)],
      ["02", d.digits(8)],
    ],
    "156",
    "CN",
  ], // UnionPay
];

function emvco(d, [tag, template, currency, country]) {
  const merchant = d.one(MERCHANTS);
  return withChecksum(
    tlv([
      ["00", "01"],
      ["01", "12"],
      [tag, tlv(template(d))],
      ["52", d.digits(4)],
      ["53", currency],
      ["54", `${d.below(9999)}.${d.digits(2)}`],
      ["58", country],
      ["59", merchant],
      ["60", d.one(["Hangzhou", "BANGKOK", "SINGAPORE", "Jakarta"])],
      ["62", tlv([["05", d.string(DIGITS + CAPITALS, 12)]])],
    ]),
  );
}

/** 200 texts in the formats of wallets, banks and links. */
export function realTexts() {
  const d = drawer(21);
  const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));
  const base64 = DIGITS + CAPITALS + LETTERS;
  return [
    ...times(100, (index) => emvco(d, EMVCO[index % EMVCO.length])),
    ...times(15, () => `weixin://wxpay/bizpayurl?pr=${d.string(base64, 9)}`),
    ...times(
      5,
      () =>
        `weixin://wxpay/bizpayurl?sign=${d.string("0123456789ABCDEF", 32)}&appid=wx${d.string("0123456789abcdef", 16)}&mch_id=${d.digits(10)}&product_id=${d.digits(8)}&time_stamp=${d.digits(10)}&nonce_str=${d.string(base64, 16)}`,
    ),
    ...times(15, () => `https://qr.alipay.com/bax0${d.digits(4)}${d.string(DIGITS + LETTERS, 16)}`),
    ...times(
      5,
      () =>
        `alipays://platformapi/startapp?appId=20000067&url=https%3A%2F%2Fmapi.alipay.com%2Fgateway.do%3Fout_trade_no%3D${d.digits(16)}`,
    ),
    ...times(
      15,
      () =>
        `SPD*1.0*ACC:CZ${d.digits(22)}*AM:${d.below(9999)}.00*CC:CZK*X-VS:${d.digits(10)}*MSG:PLATBA ${d.digits(6)}`,
    ),
    ...times(
      15,
      () =>
        `BCD\n002\n1\nSCT\nBHBLDEHHXXX\n${d.one(MERCHANTS)}\nDE${d.digits(20)}\nEUR${d.below(999)}.${d.digits(2)}\n\n\nInvoice ${d.digits(8)}`,
    ),
    ...times(10, () => `000${d.string(`${DIGITS}ABCDEFGHIJKLMNOPQRSTUV`, 120 + d.below(60))}`), // Pay by square: base32hex
    ...times(
      20,
      () =>
        `https://${d.one(["itpay.ai", "EXAMPLE.COM", "pay.example.org"])}/p/${d.string(base64, 4 + d.below(20))}?amount=${d.below(99999)}&id=pi_${d.string("0123456789abcdef", 24)}`,
    ),
  ];
}

/** Texts of 1 to `longest` characters in ASCII, mixed of digits, capitals, hex, words and anything printable. */
export function randomTexts(count, { longest = 300, seed = 7, unicode = false } = {}) {
  const d = drawer(seed);
  const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index));
  const alphabets = [
    DIGITS,
    DIGITS,
    CAPITALS,
    `${DIGITS}${CAPITALS} $%*+-./:`,
    "0123456789abcdef",
    LETTERS,
    printable,
    ...(unicode ? ["扫码付款请用支付宝微信", "žluťoučký kůň", "☕👍€"] : []),
  ];
  return Array.from({ length: count }, () => {
    const length = 1 + d.below(longest);
    const text = [];
    while (text.length < length) text.push(...d.string([...d.one(alphabets)], 1 + d.below(d.one([4, 12, 40]))));
    return text.slice(0, length).join("");
  });
}
