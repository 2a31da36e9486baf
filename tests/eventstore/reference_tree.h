// RFC 6962's tree and proofs, word for word from its recursive definitions: slow, and sharing no code with ours but
// SHA-256 itself.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
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

// The root that leaf `m` of `n` and its path give: PATH read backwards. Nothing where the path has another length.
inline std::optional<Hash> RootOfPath(size_t m, size_t n, const Hash& leaf, Leaves path) {
  if (n == 1) return path.empty() ? std::optional(leaf) : std::nullopt;
  if (path.empty()) return std::nullopt;
  const size_t k = SplitOf(n);
  const Hash& last = path.back();
  const std::optional<Hash> below = m < k ? RootOfPath(m, k, leaf, path.first(path.size() - 1))
                                          : RootOfPath(m - k, n - k, leaf, path.first(path.size() - 1));
  if (!below) return std::nullopt;
  return m < k ? HashOfChildren(*below, last) : HashOfChildren(last, *below);
}

// The roots of the trees of `m` and `n` leaves that a proof gives: SUBPROOF read backwards. `first` is the smaller
// tree's root, for where the proof leaves it out.
inline std::optional<std::pair<Hash, Hash>> RootsOfSubproof(size_t m, size_t n, bool b, const Hash& first,
                                                            Leaves path) {
  if (m == n) {
    if (path.size() != (b ? 0 : 1)) return std::nullopt;
    return b ? std::pair(first, first) : std::pair(path[0], path[0]);
  }
  if (path.empty()) return std::nullopt;
  const size_t k = SplitOf(n);
  const Hash& last = path.back();
  const Leaves rest = path.first(path.size() - 1);
  const auto below = m <= k ? RootsOfSubproof(m, k, b, first, rest) : RootsOfSubproof(m - k, n - k, false, first, rest);
  if (!below) return std::nullopt;
  if (m <= k) return std::pair(below->first, HashOfChildren(below->second, last));
  return std::pair(HashOfChildren(last, below->first), HashOfChildren(last, below->second));
}

}  // namespace annals::reference
