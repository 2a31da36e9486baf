// A run made a bundle, and a bundle checked by nothing but itself (and the key of its seal).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include "commands/fault.h"
#include "eventstore/bundle.h"
#include "eventstore/note_key.h"

namespace annals {

struct BundleOptions {
  std::string run_id;
  // One of them, or neither.
  std::optional<SigningKey> key = {};    // seals the head of the log as it is
  std::optional<std::string> seal = {};  // a seal of this log: the bundle is of the log as it was then
};

// Fills `out` with the run, the rows it folds into, and the proofs. Returns how many events there are.
//   kNotFound         there is no such run
//   kInvalidArgument  the seal is of another log, or the run went on after it
//   kDataLoss         what is stored does not give the tree's head; or the seal is none
absl::StatusOr<uint64_t> FillBundle(Snapshot& log, const BundleOptions& options, BundleWriter& out);

enum class SealState {
  kNone,        // the root is the bundle's own word
  kUnverified,  // there is a seal that names this root, but no key to check it with
  kVerified,
};

struct BundleReport {
  std::string run_id;
  uint64_t events = 0;
  uint64_t tree_size = 0;
  Hash root = {};
  SealState seal = SealState::kNone;
  std::string origin;  // of the seal
  std::string signer;  // of a verified one
  uint64_t faults = 0;
};

// Checks that each event is under the root, that streams have no gaps, that the law would have allowed what happened,
// that the tables are the fold, and that the seal names the root (and is signed by `key`).
//   kNotFound  it is no bundle
absl::StatusOr<BundleReport> CheckBundle(Storage& bundle, const std::optional<VerifierKey>& key,
                                         absl::FunctionRef<void(const Fault&)> on_fault);

}  // namespace annals
