// Any bytes as the file of a proof, and as the recipe of one that is put together from the hashes of a real tree: it is
// read or called damaged, what is read is written as the same, and what holds for the real root is true.
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cli/proof_json.h"
#include "eventstore/leaf.h"
#include "schemas/check.h"
#include "schemas/utf8.h"
#include "tests/eventstore/reference_tree.h"
#include "tests/fuzz/bytes.h"

namespace annals {
namespace {

using fuzz::Choices;

constexpr size_t kLeaves = 21;  // no power of two, and more than one odd node on its right edge

// A log, as far as proofs know it.
struct KnownLog {
  std::vector<std::string> leaf_inputs;
  std::vector<Hash> leaves;
  std::vector<Hash> roots;  // by size, from 0
  std::vector<Hash> nodes;  // what a forger has: every hash that a true proof can hold

  KnownLog() {
    for (size_t i = 0; i < kLeaves; ++i) {
      leaf_inputs.push_back(
          EncodeLeafInput({.position = {i + 1}, .stream = "run/r1", .version = {i + 1}, .event = "not looked at"}));
      leaves.push_back(LeafHash(leaf_inputs.back()));
    }
    for (size_t size = 0; size <= kLeaves; ++size) roots.push_back(reference::Root(std::span(leaves).first(size)));
    nodes = roots;
    for (size_t width = 1; width <= kLeaves; width *= 2) {
      for (size_t begin = 0; begin + width <= kLeaves; begin += width) {
        nodes.push_back(reference::Root(std::span(leaves).subspan(begin, width)));
      }
    }
  }
  bool HasRoot(uint64_t size, const Hash& root) const { return size <= kLeaves && roots[size] == root; }
};

const KnownLog& Log() {
  static const KnownLog log;
  return log;
}

void CheckTruth(const EventProof& proof) {
  const InclusionProof& inclusion = proof.inclusion;
  if (!CheckInclusion(inclusion).ok() || !Log().HasRoot(inclusion.tree_size, inclusion.root)) return;
  CHECK(inclusion.leaf_index < inclusion.tree_size);
  CHECK(inclusion.leaf_hash == Log().leaves[inclusion.leaf_index]);
  CHECK(inclusion.audit_path ==
        reference::Path(inclusion.leaf_index, std::span(Log().leaves).first(inclusion.tree_size)));
}

void CheckTruth(const ConsistencyProof& proof) {
  if (!CheckConsistency(proof).ok() || !Log().HasRoot(proof.second_size, proof.second_root)) return;
  CHECK(proof.first_size <= proof.second_size);
  CHECK(Log().HasRoot(proof.first_size, proof.first_root));
}

void CheckReadsBack(const std::string& json) {
  const auto again = ReadProof(json);
  CHECK(again.ok());
  CHECK(std::visit([](const auto& proof) { return ToJson(proof); }, *again) == json);
}

void ReadAndWrite(std::string_view text) {
  const auto proof = ReadProof(text);
  CHECK(proof.ok() || absl::IsDataLoss(proof.status()));
  if (!proof.ok()) return;
  CHECK(FirstInvalidUtf8(text) == std::string_view::npos);
  std::visit(
      [](const auto& read) {
        CheckReadsBack(ToJson(read));
        CheckTruth(read);
      },
      *proof);
}

void Forge(std::string_view recipe) {
  Choices choices(recipe);
  const auto node = [&] { return Log().nodes[choices.Below(Log().nodes.size())]; };
  const bool is_inclusion = choices.Below(2) == 0;
  const uint64_t first = choices.Below(kLeaves + 2);
  const uint64_t second = choices.Below(kLeaves + 2);
  const Hash start = node();
  // Of another root the log says nothing.
  const Hash root = Log().roots[std::min<uint64_t>(second, kLeaves)];
  std::vector<Hash> path;
  while (!choices.AtEnd() && path.size() < 70) path.push_back(node());
  if (is_inclusion) {
    CheckTruth(EventProof{.position = first + 1, .leaf_input = {}, .inclusion = {first, second, start, root, path}});
  } else {
    CheckTruth(ConsistencyProof{first, second, start, root, path});
  }
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = annals::fuzz::TextOf(data, size);
  annals::ReadAndWrite(bytes);
  annals::Forge(bytes);
  return 0;
}
