// annals seal: the head of the tree, signed.
#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/key_file.h"
#include "cli/output_file.h"
#include "cli/printable.h"
#include "eventstore/proof.h"
#include "eventstore/sealed_checkpoint.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct SealOptions {
  std::string key;
  std::optional<std::string> out;
};

// The head, once what is stored has been seen to give it (eventstore/log_tree.h says what is hashed anew).
absl::StatusOr<SealedCheckpoint> CheckedHead(Context& context) {
  ASSIGN_OR_RETURN(SqliteStorage* const storage, context.OpenForReading());
  ASSIGN_OR_RETURN(const auto snapshot, storage->Read());
  ASSIGN_OR_RETURN(const std::string database_id, snapshot->DatabaseId());
  SealedCheckpoint checkpoint{.origin = OriginOf(database_id), .size = snapshot->head().tree.size()};
  ASSIGN_OR_RETURN(checkpoint.root, RootAt(*snapshot, checkpoint.size));
  return checkpoint;
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
          "The tail of the log is hashed anew first; annals verify checks all of it, so run that before.",
      .example = "annals verify && annals seal --key /media/usb/annals.key --out /media/usb/2026-11-20.seal",
      .arguments = {FileNamed(Required(Option("--key", "FILE", &options->key, "the private key of annals key new"))),
                    FileNamed(Option("--out", "FILE", &options->out,
                                     "where the seal goes, in the place of one that is there (default: standard "
                                     "output)"))},
      .run = [options](Context& context) { return RunSeal(context, *options); }};
}

}  // namespace annals
