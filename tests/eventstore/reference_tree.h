// RFC 6962's tree and proofs, word for word from its recursive definitions: slow, and sharing no code with ours but
// SHA-256 itself.
#pragma once

#include <string_view>
#include <vector>

#include <absl/types/span.h>

#include "eventstore/sha256.h"

namespace annals::reference {

using Leaves = absl::Span<const Hash>;  // leaf hashes

inline Hash HashOfLeaf(std::string_view data) {
  return Sha256({std::string_view("\x00", 1), data});
}
inline Hash HashOfChildren(const Hash& left, const Hash& right) {
  return Sha256({std::string_view("\x01", 1), BytesOf(left), BytesOf(right)});
}

// "the largest power of two smaller than n"
inline size_t SplitOf(size_t n) {
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// MTH(D[n]), §2.1
inline Hash Root(Leaves d) {
  if (d.empty()) return Sha256({});
  if (d.size() == 1) return d[0];
  const size_t k = SplitOf(d.size());
  return HashOfChildren(Root(d.first(k)), Root(d.subspan(k)));
}

// PATH(m, D[n]), §2.1.1
inline std::vector<Hash> Path(size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const size_t k = SplitOf(d.size());
  std::vector<Hash> path = m < k ? Path(m, d.first(k)) : Path(m - k, d.subspan(k));
  path.push_back(m < k ? Root(d.subspan(k)) : Root(d.first(k)));
  return path;
}

// SUBPROOF(m, D[n], b), §2.1.2
inline std::vector<Hash> Subproof(size_t m, Leaves d, bool b) {
  if (m == d.size()) return b ? std::vector<Hash>{} : std::vector<Hash>{Root(d)};
  const size_t k = SplitOf(d.size());
  std::vector<Hash> path = m <= k ? Subproof(m, d.first(k), b) : Subproof(m - k, d.subspan(k), false);
  path.push_back(m <= k ? Root(d.subspan(k)) : Root(d.first(k)));
  return path;
}

// PROOF(m, D[n]), for 0 < m < n; nothing for the others.
inline std::vector<Hash> Consistency(size_t m, Leaves d) {
  return m == 0 || m == d.size() ? std::vector<Hash>{} : Subproof(m, d, true);
}

}  // namespace annals::reference
