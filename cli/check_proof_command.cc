// annals check-proof: a proof, checked with nothing but itself, seals and a root.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/bundle_report.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/input_file.h"
#include "cli/input_text.h"
#include "cli/key_file.h"
#include "cli/printable.h"
#include "cli/proof_json.h"
#include "cli/utf8.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_type.h"
#include "eventstore/leaf.h"
#include "eventstore/sealed_checkpoint.h"
#include "projections/tables.h"
#include "schemas/json_writer.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

struct CheckOptions {
  std::string file;
  std::optional<std::string> root;
  std::vector<std::string> seals;
  std::optional<std::string> verifier;
};

// A root that the proof names, and who says besides the proof that it is the log's.
struct NamedRoot {
  uint64_t size = 0;
  Hash root = {};
  bool is_given = false;  // with --root
  std::vector<std::string> seals = {};

  bool IsVouchedFor() const { return is_given || !seals.empty(); }
};

// What the leaf of an event's proof holds. All of it comes from the proof, and was not yet made fit for printing.
struct ProvenEvent {
  uint64_t position = 0;
  std::string stream;
  uint64_t version = 0;
  std::string event_type;
  std::string actor;
  Timestamp recorded_at;
};

// What was shown to hold.
struct Finding {
  std::optional<ProvenEvent> event;  // of a consistency proof there is none
  std::vector<NamedRoot> roots;      // the smaller tree's first
  // Of the seals: which log they are of, and whose key signed them. Empty without one.
  std::string origin = {};
  std::string signer = {};
};

absl::StatusOr<ProvenEvent> ReadLeaf(std::string_view leaf_input) {
  ASSIGN_OR_RETURN(const LeafInput leaf, DecodeLeafInput(leaf_input));
  EventDecoder decoder;
  ASSIGN_OR_RETURN(const schema::Event::Reader event, decoder.Decode(leaf.event));
  std::string scratch;
  return ProvenEvent{.position = leaf.position.value,
                     .stream = std::string(leaf.stream),
                     .version = leaf.version.value,
                     .event_type = std::string(EventTypeOf(event, scratch)),
                     .actor = std::string(View(event.getActor())),
                     .recorded_at = {event.getRecordedAt()}};
}

absl::StatusOr<Finding> Check(const EventProof& proof) {
  const InclusionProof& inclusion = proof.inclusion;
  if (inclusion.leaf_hash != LeafHash(proof.leaf_input)) {
    return absl::DataLossError("the inclusion proof does not hold: leaf_hash is not the hash of leaf_input");
  }
  RETURN_IF_ERROR(CheckInclusion(inclusion));
  ASSIGN_OR_RETURN(ProvenEvent event, ReadLeaf(proof.leaf_input));
  if (event.position != proof.position || inclusion.leaf_index != proof.position - 1) {
    return absl::DataLossError(
        fmt::format("the inclusion proof does not hold: it speaks of position {}, its leaf_index is {}, and its leaf "
                    "is of position {}",
                    proof.position, inclusion.leaf_index, event.position));
  }
  return Finding{.event = std::move(event), .roots = {{.size = inclusion.tree_size, .root = inclusion.root}}};
}

absl::StatusOr<Finding> Check(const ConsistencyProof& proof) {
  RETURN_IF_ERROR(CheckConsistency(proof));
  return Finding{.event = std::nullopt,
                 .roots = {{.size = proof.first_size, .root = proof.first_root},
                           {.size = proof.second_size, .root = proof.second_root}}};
}

absl::Status ApplyGivenRoot(std::string_view hex, Finding& finding) {
  RETURN_IF_ERROR(WithContext(CheckText(TextRule::kHash, hex), "--root"));
  const std::string bytes = BytesOfHex(hex).value_or("");
  for (NamedRoot& root : finding.roots) root.is_given = BytesOf(root.root) == bytes;
  if (std::ranges::any_of(finding.roots, &NamedRoot::is_given)) return absl::OkStatus();
  return absl::DataLossError(fmt::format("the proof is of another tree: its root is {}, not the one of --root",
                                         HexOf(finding.roots.back().root)));
}

absl::Status ApplySeal(const std::string& file, const SealedCheckpoint& seal, Finding& finding) {
  bool has_size = false;
  bool has_both = false;
  for (NamedRoot& root : finding.roots) {
    has_size = has_size || root.size == seal.size;
    if (root.size != seal.size || root.root != seal.root) continue;
    has_both = true;
    root.seals.push_back(file);
  }
  if (has_both) return absl::OkStatus();
  if (has_size) {
    return absl::DataLossError(
        fmt::format("the proof is not of the log sealed in {}: with {} events that has the root {}", Quoted(file),
                    seal.size, HexOf(seal.root)));
  }
  return absl::DataLossError(fmt::format(
      "the seal {} says nothing of this proof: it is of {} events; make the proof with --size {}, or give the seal of "
      "{} events",
      Quoted(file), seal.size, seal.size, finding.roots.back().size));
}

absl::Status ApplySeals(const CheckOptions& options, Finding& finding) {
  if (options.seals.empty() && !options.verifier) return absl::OkStatus();
  if (!options.verifier) {
    return absl::InvalidArgumentError("--seal: it is worth no more than its signature; give --verifier KEY with it");
  }
  if (options.seals.empty()) return absl::InvalidArgumentError("--verifier: give the --seal that the key signed");
  absl::StatusOr<VerifierKey> key = ReadVerifierKey(*options.verifier);
  if (!key.ok()) return WithContext(key.status(), "--verifier");
  for (const std::string& file : options.seals) {
    ASSIGN_OR_RETURN(const std::string note, ReadFileText(file));
    // All of them are of the log that the first one is of.
    const absl::StatusOr<SealedCheckpoint> seal = OpenSeal(note, *key, finding.origin);
    if (!seal.ok()) return WithContext(seal.status(), fmt::format("read the seal {}", Quoted(file)));
    finding.origin = seal->origin;
    RETURN_IF_ERROR(ApplySeal(file, *seal, finding));
  }
  finding.signer = key->label();
  return absl::OkStatus();
}

std::string Json(const Finding& finding) {
  JsonWriter out;
  out.BeginObject().Key("ok").Bool(true).Key("kind").String(finding.event ? "inclusion" : "consistency");
  if (finding.event) {
    const ProvenEvent& event = *finding.event;
    out.Key("position").UInt(event.position).Key("stream").String(ValidUtf8(event.stream));
    out.Key("version").UInt(event.version).Key("event_type").String(ValidUtf8(event.event_type));
    out.Key("actor").String(ValidUtf8(event.actor)).Key("recorded_at").String(FormatTimestamp(event.recorded_at));
  }
  out.Key("roots").BeginArray();
  for (const NamedRoot& root : finding.roots) {
    out.BeginObject().Key("size").UInt(root.size).Key("root").String(HexOf(root.root));
    out.Key("given").Bool(root.is_given).Key("seals").BeginArray();
    for (const std::string& seal : root.seals) out.String(ValidUtf8(seal));
    out.EndArray().EndObject();
  }
  out.EndArray().Key("origin");
  finding.origin.empty() ? out.Null() : out.String(finding.origin);
  out.Key("signed_by");
  finding.signer.empty() ? out.Null() : out.String(finding.signer);
  return out.EndObject().Take();
}

std::string VoucherText(const NamedRoot& root) {
  std::vector<std::string> vouchers;
  if (root.is_given) vouchers.push_back("given with --root");
  for (const std::string& seal : root.seals) vouchers.push_back(fmt::format("sealed in {}", Printable(seal)));
  return vouchers.empty() ? "named by the proof alone" : fmt::format("{}", fmt::join(vouchers, ", "));
}

std::string Text(const Finding& finding) {
  std::string text;
  if (finding.event) {
    const ProvenEvent& event = *finding.event;
    text = fmt::format(
        "the proof holds: position {} is in the log of {} events\n  stream    {}, version {}\n  type      {}\n"
        "  actor     {}\n  recorded  {}\n",
        event.position, finding.roots.front().size, Printable(event.stream), event.version, Printable(event.event_type),
        Printable(event.actor), FormatTimestamp(event.recorded_at));
  } else {
    text = fmt::format("the proof holds: the log of {} events goes on from the log of {} events\n",
                       finding.roots.back().size, finding.roots.front().size);
  }
  for (const NamedRoot& root : finding.roots) {
    text += fmt::format("  root      {}, of {} events: {}\n", HexOf(root.root), root.size, VoucherText(root));
  }
  if (!finding.origin.empty()) {
    text += fmt::format("  log       {}, sealed by {}\n", Printable(finding.origin), Printable(finding.signer));
  }
  if (!std::ranges::all_of(finding.roots, &NamedRoot::IsVouchedFor)) {
    text +=
        "A root that only the proof names may be anybody's: the proof fits it, which is all that was shown. A seal "
        "shows whose it is: --seal FILE --verifier KEY.\n";
  }
  return text;
}

// A bundle has its proofs and its seal in it.
absl::StatusOr<int> CheckBundleFile(Context& context, const CheckOptions& options) {
  if (options.root || !options.seals.empty()) {
    return absl::InvalidArgumentError("--root and --seal are for a proof; a bundle has its seal in it: --verifier KEY");
  }
  const SqliteOptions sqlite{.path = options.file, .mode = OpenMode::kReadOnly, .tables = ProjectedTables()};
  ASSIGN_OR_RETURN(const auto storage, SqliteStorage::Open(sqlite));
  std::optional<VerifierKey> key;
  if (options.verifier) {
    ASSIGN_OR_RETURN(key, ReadVerifierKey(*options.verifier));
  }
  ASSIGN_OR_RETURN(const bool is_bundle, IsBundle(*storage));
  if (is_bundle) return ReportBundle(context, *storage, key);
  return absl::InvalidArgumentError(
      fmt::format("{0}: it is a whole log, and no proof; annals verify --db {0} checks it", options.file));
}

absl::StatusOr<int> CheckProof(Context& context, const CheckOptions& options) {
  if (IsSqliteFile(options.file)) return CheckBundleFile(context, options);
  ASSIGN_OR_RETURN(const std::string text, ReadFileText(options.file));
  const absl::StatusOr<Proof> proof = ReadProof(text);
  if (!proof.ok()) return proof.status();
  ASSIGN_OR_RETURN(Finding finding, std::visit([](const auto& kind) { return Check(kind); }, *proof));
  if (options.root) RETURN_IF_ERROR(ApplyGivenRoot(*options.root, finding));
  RETURN_IF_ERROR(ApplySeals(options, finding));
  context.out() << (context.json() ? Json(finding) + '\n' : Text(finding));
  return kExitDone;
}

}  // namespace

Command CheckProofCommand() {
  const auto options = std::make_shared<CheckOptions>();
  Argument seal = FileNamed(Option("--seal", "FILE", &options->seals,
                                   "a seal the proof must agree with; may be given "
                                   "again"));
  return {
      .name = "check-proof",
      .summary = "Check a proof, without a database",
      .details =
          "FILE is what annals prove printed, or a bundle (annals export --bundle). Exit code 0: the proof holds. 6: "
          "it does not, it is no proof, or a seal does not fit. A proof shows that "
          "something is under a root; that the root is the log's is shown by a seal, or by --root from wherever you "
          "trust.",
      .example =
          "annals check-proof 12.proof --seal 2026-11-20.seal --verifier @annals.pub\nannals prove 12 | annals "
          "check-proof -",
      .arguments = {FileNamed(Place("FILE", &options->file, "the proof, or - for standard input")),
                    Option("--root", "HEX", &options->root, "the root the proof must be of"), std::move(seal),
                    Option("--verifier", "KEY", &options->verifier,
                           "the verifier key of the seals, as annals key show prints it; or @FILE")},
      .run = [options](Context& context) { return CheckProof(context, *options); }};
}

}  // namespace annals
