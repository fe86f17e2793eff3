/** The seal of the office. */
export function Seal() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        className="brand-seal"
        d="M16 1.500l3.400 2.300 4.100-.3 1.800 3.700 3.700 1.800-.3 4.100L31 16l-2.300 3.400.3 4.100-3.700 1.800-1.800 3.700-4.100-.3L16 31l-3.400-2.300-4.100.3-1.800-3.700L3 23.500l.3-4.100L1 16l2.300-3.400L3 8.500l3.700-1.800L8.500 3l4.100.3z"
      />
      <path className="brand-letter" d="M21 11.200a7 7 0 1 0 0 9.600" />
    </svg>
  );
}
