// annals verify: everything that can be checked of the log and the tables, and what cannot.
#include <algorithm>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "cli/bundle_report.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/input_text.h"
#include "cli/key_file.h"
#include "cli/parallel_reading.h"
#include "cli/printable.h"
#include "commands/verify.h"
#include "eventstore/note_key.h"
#include "eventstore/sealed_checkpoint.h"
#include "eventstore/sqlite/file_check.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct VerifyArguments {
  std::optional<int64_t> jobs;
  std::optional<std::string> seal_file;
  std::optional<std::string> verifier;
};

// Faults as they are printed: by position, as far as they can be kept for that; what comes after is printed as it
// comes.
class FaultPrinter {
 public:
  FaultPrinter(Context& context, FoldProgressLine& progress) : context_(context), progress_(progress) {}

  void operator()(const Fault& fault) {
    only_tables_ = only_tables_ && fault.kind == FaultKind::kTable;
    if (!overflowed_ && kept_.size() < kKept) {
      kept_.push_back(fault);
      return;
    }
    progress_.Erase();
    if (!overflowed_) PrintKept(context_.json() ? "{\"faults\":[" : "");
    overflowed_ = true;
    Print(fault);
  }

  // The log itself is right.
  bool only_tables() const { return only_tables_; }

  // The whole answer.
  void Finish(const VerifyReport& report, const std::optional<SealedCheckpoint>& seal) {
    if (!context_.json()) {
      if (!overflowed_) PrintKept("");
      return;
    }
    JsonWriter out;
    out.BeginObject().Key("ok").Bool(report.faults == 0).Key("events").UInt(report.events);
    out.Key("tree_size").UInt(report.tree_size).Key("root").String(HexOf(report.root)).Key("sealed");
    if (seal) {
      out.BeginObject().Key("origin").String(seal->origin).Key("size").UInt(seal->size);
      out.Key("root").String(HexOf(seal->root)).Key("ok").Bool(report.seal_holds.value_or(false)).EndObject();
    } else {
      out.Null();
    }
    const std::string summary = out.text();
    // What had to be printed before the rest was known stands in front of it.
    if (overflowed_) {
      context_.out() << "]," << std::string_view(summary).substr(1) << "}\n";
      return;
    }
    PrintKept(summary + ",\"faults\":[");
    context_.out() << "]}\n";
  }

 private:
  static constexpr size_t kKept = 10'000;

  void PrintKept(std::string_view before) {
    // What is about no one event comes last.
    const auto rank = [](const Fault& fault) { return fault.position ? fault.position->value : UINT64_MAX; };
    std::ranges::stable_sort(kept_, {}, rank);
    context_.out() << before;
    for (const Fault& fault : kept_) Print(fault);
    kept_.clear();
  }

  void Print(const Fault& fault) {
    // Somebody may have put an event at a position below 1.
    const std::optional<int64_t> position =
        fault.position ? std::optional(static_cast<int64_t>(fault.position->value)) : std::nullopt;
    if (!context_.json()) {
      context_.out() << (position ? fmt::format("position {}: ", *position) : "") << NameOf(fault.kind) << ": "
                     << Printable(fault.detail) << '\n';
      return;
    }
    JsonWriter out;
    out.BeginObject().Key("position");
    if (position) {
      out.Int(*position);
    } else {
      out.Null();
    }
    out.Key("kind").String(NameOf(fault.kind)).Key("detail").String(Printable(fault.detail)).EndObject();
    context_.out() << (printed_any_ ? "," : "") << out.text();
    printed_any_ = true;
  }

  Context& context_;
  FoldProgressLine& progress_;
  std::vector<Fault> kept_;
  bool overflowed_ = false;
  bool printed_any_ = false;
  bool only_tables_ = true;
};

absl::StatusOr<int> VerifyBundle(Context& context, Storage& bundle, const VerifyArguments& arguments) {
  if (arguments.seal_file) {
    return absl::InvalidArgumentError("--against: a bundle has its seal in it; name only --verifier KEY");
  }
  std::optional<VerifierKey> key;
  if (arguments.verifier) {
    ASSIGN_OR_RETURN(key, ReadVerifierKey(*arguments.verifier));
  }
  return ReportBundle(context, bundle, key);
}

// The sealed head to verify against, if one is named.
absl::StatusOr<std::optional<SealedCheckpoint>> ReadSeal(Storage& storage, const VerifyArguments& arguments) {
  if (!arguments.seal_file && !arguments.verifier) return std::nullopt;
  if (!arguments.seal_file || !arguments.verifier) {
    return absl::InvalidArgumentError("a seal is checked with --against SEAL and --verifier KEY; name both");
  }
  ASSIGN_OR_RETURN(const VerifierKey key, ReadVerifierKey(*arguments.verifier));
  ASSIGN_OR_RETURN(const std::string note, ReadInputText("@" + *arguments.seal_file));
  ASSIGN_OR_RETURN(const auto snapshot, storage.Read());
  ASSIGN_OR_RETURN(const std::string id, snapshot->DatabaseId());
  absl::StatusOr<SealedCheckpoint> seal = OpenSeal(note, key, OriginOf(id));
  if (!seal.ok()) return WithContext(seal.status(), *arguments.seal_file);
  return *std::move(seal);
}

// What was found, and the exit code; where the log is right, the caller says the rest.
absl::StatusOr<int> Conclude(Context& context, FaultPrinter& printer, const VerifyReport& report,
                             const std::optional<SealedCheckpoint>& seal, std::string_view what) {
  printer.Finish(report, seal);
  if (report.faults == 0) return kExitDone;
  if (context.json()) return kExitIntegrity;
  return absl::DataLossError(fmt::format(
      "{} fault(s) in {}{}", report.faults, what,
      printer.only_tables() ? ", all of them in the tables; annals rebuild makes the tables anew"
                            : "; copy the file as it is and compare it with a backup before you mend anything"));
}

absl::StatusOr<int> VerifyLog(Context& context, const VerifyArguments& arguments) {
  ASSIGN_OR_RETURN(SqliteStorage* const first, context.OpenForReading());
  // Where not even this can be read, the walk below says so.
  if (IsBundle(*first).value_or(false)) return VerifyBundle(context, *first, arguments);
  VerifyOptions options;
  ASSIGN_OR_RETURN(options.seal, ReadSeal(*first, arguments));
  ASSIGN_OR_RETURN(const ParallelReading reading, ParallelReading::Open(context, arguments.jobs));
  FoldProgressLine progress(context, "verify");
  FaultPrinter printer(context, progress);
  const absl::StatusOr<VerifyReport> report =
      Verify(reading.storages(), options, progress, [&](const Fault& fault) { printer(fault); });
  progress.Erase();
  RETURN_IF_ERROR(report.status());
  ASSIGN_OR_RETURN(const int code, Conclude(context, printer, *report, options.seal,
                                            fmt::format("a log of {} events", report->events)));
  if (code != kExitDone || context.json()) return code;
  context.out() << fmt::format("{} events, root {}: file, hashes, order, law, keys and tables are right\n",
                               report->events, HexOf(report->root));
  if (options.seal) {
    context.out() << fmt::format("The log goes on from the head that was sealed at {} events.\n", options.seal->size);
  } else {
    context.out() << "Without a seal kept elsewhere it cannot be excluded that the newest events were cut off, or that "
                     "all was written anew.\n";
  }
  return kExitDone;
}

absl::StatusOr<int> Run(Context& context, const VerifyArguments& arguments) {
  const absl::StatusOr<int> code = VerifyLog(context, arguments);
  if (!absl::IsInternal(code.status())) return code;
  // It could not even begin, as a table or column that every command asks for is not there: the schema tells which.
  FoldProgressLine progress(context, "verify");
  FaultPrinter printer(context, progress);
  VerifyReport report;
  ASSIGN_OR_RETURN(const std::string path, context.DatabasePath());
  const absl::Status looked = FindDamageIn(path, ProjectedTables(), [&](std::string damage) {
    ++report.faults;
    printer({std::nullopt, FaultKind::kFile, std::move(damage)});
  });
  if (report.faults == 0) return code;
  ++report.faults;
  printer({std::nullopt, FaultKind::kUnreadable, DiagnosisOf(looked.ok() ? code.status() : looked)});
  return Conclude(context, printer, report, std::nullopt, "a file whose log cannot be read");
}

}  // namespace

Command VerifyCommand() {
  const auto arguments = std::make_shared<VerifyArguments>();
  return {
      .name = "verify",
      .summary = "Check hashes, order, law and tables of the whole log",
      .details =
          "Names every fault of the log by its position and kind: an event that was changed, removed, "
          "added or moved, one that the law would have refused, a table that does not show what the events say. "
          "Others may write meanwhile. Exit code 6 where there are faults.",
      .example = "annals verify\nannals verify --jobs 4 --json",
      .arguments = {FileNamed(Option("--against", "SEAL", &arguments->seal_file,
                                     "a sealed head that the log must go on from")),
                    Option("--verifier", "KEY", &arguments->verifier, "the public key it was sealed with, or @FILE"),
                    Option("--jobs", "N", &arguments->jobs,
                           "threads to share the work (default: one per core; one for a small log)")},
      .run = [arguments](Context& context) { return Run(context, *arguments); }};
}

}  // namespace annals
