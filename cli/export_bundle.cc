#include "cli/export_bundle.h"

#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/input_text.h"
#include "cli/key_file.h"
#include "cli/printable.h"
#include "commands/bundle.h"
#include "eventstore/publish_file.h"
#include "eventstore/sqlite/sqlite_bundle.h"
#include "projections/tables.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

// A database that is being made beside `path`, and goes unless it takes that name.
class BundleFile {
 public:
  explicit BundleFile(std::string path)
      : path_(std::move(path)), temporary_(fmt::format("{}.{}.part", path_, ::getpid())) {
    Remove();
  }
  ~BundleFile() { Remove(); }
  BundleFile(const BundleFile&) = delete;
  BundleFile& operator=(const BundleFile&) = delete;
  const std::string& temporary() const { return temporary_; }

  absl::Status Commit() { return PublishFile(temporary_, path_, IfThere::kReplace); }

 private:
  void Remove() const {
    std::error_code ignored;
    for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) {
      std::filesystem::remove(temporary_ + suffix, ignored);
    }
  }
  const std::string path_, temporary_;
};

}  // namespace

absl::StatusOr<int> ExportBundle(Context& context, const BundleArguments& arguments) {
  BundleOptions options{.run_id = arguments.run};
  if (arguments.key) {
    ASSIGN_OR_RETURN(options.key, ReadKeyFile(context, *arguments.key));
  } else if (arguments.seal) {
    ASSIGN_OR_RETURN(options.seal, ReadFileText(*arguments.seal));
  }
  ASSIGN_OR_RETURN(const auto log, context.Read());
  BundleFile file(arguments.file);
  uint64_t events = 0;
  {
    const SqliteOptions sqlite{
        .path = file.temporary(), .tables = ProjectedTables(), .clock = &context.clock(), .random = &context.random()};
    ASSIGN_OR_RETURN(const auto bundle, SqliteBundle::Create(sqlite));
    ASSIGN_OR_RETURN(events, FillBundle(*log, options, *bundle));
  }
  RETURN_IF_ERROR(file.Commit());
  const bool is_sealed = options.key || options.seal;
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("run_id").String(arguments.run).Key("events").UInt(events).Key("sealed").Bool(is_sealed);
    context.out() << out.Key("file").String(arguments.file).EndObject().text() << '\n';
    return kExitDone;
  }
  context.out() << fmt::format("run {} in {}: {} {} with proofs{}\n", arguments.run, Printable(arguments.file), events,
                               events == 1 ? "event" : "events",
                               is_sealed ? " and the sealed head" : "; no seal says that the root is the log's: --key");
  return kExitDone;
}

}  // namespace annals
