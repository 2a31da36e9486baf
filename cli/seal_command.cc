// annals seal: the head of the tree, signed.
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/key_file.h"
#include "cli/output_file.h"
#include "cli/parallel_reading.h"
#include "cli/printable.h"
#include "eventstore/rehash.h"
#include "eventstore/sealed_checkpoint.h"
#include "eventstore/storage.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct SealOptions {
  std::string key;
  std::optional<std::string> out;
};

// The head, once every event that is stored was hashed again and seen to give it.
absl::StatusOr<SealedCheckpoint> CheckedHead(Context& context) {
  ASSIGN_OR_RETURN(const ParallelReading reading, ParallelReading::Open(context, std::nullopt));
  std::vector<std::unique_ptr<Snapshot>> owned;
  std::vector<Snapshot*> snapshots;
  for (Storage* const storage : reading.storages()) {
    ASSIGN_OR_RETURN(owned.emplace_back(), storage->Read());
    snapshots.push_back(owned.back().get());
  }
  ASSIGN_OR_RETURN(const std::string database_id, snapshots[0]->DatabaseId());
  FoldProgressLine progress(context, "hash");
  const absl::StatusOr<Hash> root = RehashedRoot(snapshots, progress);
  progress.Erase();
  if (!root.ok()) return root.status();
  return SealedCheckpoint{.origin = OriginOf(database_id), .size = snapshots[0]->head().tree.size(), .root = *root};
}

std::string Json(const SealedCheckpoint& checkpoint, const VerifierKey& key, const SealOptions& options,
                 const std::string& note) {
  JsonWriter out;
  out.BeginObject().Key("origin").String(checkpoint.origin).Key("size").UInt(checkpoint.size);
  out.Key("root").String(HexOf(checkpoint.root)).Key("verifier_key").String(key.text()).Key("file");
  options.out ? out.String(*options.out) : out.Null();
  return out.Key("seal").String(note).EndObject().Take();
}

absl::StatusOr<int> RunSeal(Context& context, const SealOptions& options) {
  ASSIGN_OR_RETURN(const SigningKey key, ReadKeyFile(context, options.key));
  ASSIGN_OR_RETURN(const SealedCheckpoint checkpoint, CheckedHead(context));
  ASSIGN_OR_RETURN(const std::string note, Seal(checkpoint, key));
  const bool to_stdout = !options.out || *options.out == "-";
  if (!to_stdout || !context.json()) RETURN_IF_ERROR(WriteDocument(options.out, note, context.out()));
  if (context.json()) {
    context.out() << Json(checkpoint, key.verifier(), options, note) << '\n';
  } else if (!to_stdout) {
    context.out() << fmt::format("sealed {} events of {} in {}\nroot {}, signed by {}\n", checkpoint.size,
                                 Printable(checkpoint.origin), Printable(*options.out), HexOf(checkpoint.root),
                                 Printable(key.verifier().label()));
  }
  return kExitDone;
}

}  // namespace

Command SealCommand() {
  const auto options = std::make_shared<SealOptions>();
  return {
      .name = "seal",
      .summary = "Sign the state of the log, to be kept elsewhere",
      .details =
          "A seal names the log, its number of events and the root of their tree (c2sp.org/tlog-checkpoint). Kept "
          "where whoever can write the database cannot reach, it shows later that nothing before it was altered. "
          "Every event is read back and hashed again first. What the tables show is not looked at: annals verify does "
          "that.",
      .example = "annals verify && annals seal --key /media/usb/annals.key --out /media/usb/2026-11-20.seal",
      .arguments = {FileNamed(Required(Option("--key", "FILE", &options->key, "the private key of annals key new"))),
                    FileNamed(Option("--out", "FILE", &options->out,
                                     "where the seal goes, in the place of one that is there (default: standard "
                                     "output)"))},
      .run = [options](Context& context) { return RunSeal(context, *options); }};
}

}  // namespace annals
