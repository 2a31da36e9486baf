#include "cli/bundle_report.h"

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/printable.h"
#include "commands/bundle.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

std::string_view NameOf(SealState seal) {
  switch (seal) {
    case SealState::kNone:
      return "none";
    case SealState::kUnverified:
      return "unverified";
    case SealState::kVerified:
      return "verified";
  }
  return "none";
}

void PrintJson(const BundleReport& report, const std::vector<Fault>& faults, std::ostream& out) {
  JsonWriter json;
  json.BeginObject().Key("ok").Bool(report.faults == 0).Key("run_id").String(report.run_id);
  json.Key("events").UInt(report.events).Key("tree_size").UInt(report.tree_size);
  json.Key("root").String(HexOf(report.root)).Key("seal").String(NameOf(report.seal)).Key("origin");
  report.origin.empty() ? json.Null() : json.String(report.origin);
  json.Key("signed_by");
  report.signer.empty() ? json.Null() : json.String(report.signer);
  json.Key("faults").BeginArray();
  for (const Fault& fault : faults) {
    json.BeginObject().Key("position");
    fault.position ? json.Int(static_cast<int64_t>(fault.position->value)) : json.Null();
    json.Key("kind").String(annals::NameOf(fault.kind)).Key("detail").String(Printable(fault.detail)).EndObject();
  }
  out << json.EndArray().EndObject().text() << '\n';
}

void PrintText(const BundleReport& report, std::ostream& out) {
  out << fmt::format(
      "run {}: {} {} out of a log of {}\nshown:\n"
      "  each event stood at its place in the log with the root {}\n"
      "  none is missing between the first and the last of its streams\n"
      "  the law allowed what happened, and the tables show it\n",
      Printable(report.run_id), report.events, report.events == 1 ? "event" : "events", report.tree_size,
      HexOf(report.root));
  if (report.seal == SealState::kVerified) {
    out << fmt::format("  that root is the one of {}, signed by {}\n", Printable(report.origin),
                       Printable(report.signer));
  }
  out << "not shown:\n  that nothing of the run stands behind its last event here: only the log can tell\n";
  if (report.seal == SealState::kNone) {
    out << "  whose root it is: there is no seal, so all of it may have been made up\n";
  } else if (report.seal == SealState::kUnverified) {
    out << fmt::format(
        "  whose root it is: the seal says {}, but its signature was not checked: annals check-proof FILE --verifier "
        "KEY\n",
        Printable(report.origin));
  }
}

}  // namespace

absl::StatusOr<bool> IsBundle(Storage& storage) {
  ASSIGN_OR_RETURN(const auto snapshot, storage.Read());
  return snapshot->HasTable(BundleTable());
}

absl::StatusOr<int> ReportBundle(Context& context, Storage& bundle, const std::optional<VerifierKey>& key) {
  constexpr size_t kMostFaults = 1000;
  std::vector<Fault> faults;
  ASSIGN_OR_RETURN(const BundleReport report, CheckBundle(bundle, key, [&](const Fault& fault) {
                     if (faults.size() < kMostFaults) faults.push_back(fault);
                   }));
  if (context.json()) {
    PrintJson(report, faults, context.out());
    return report.faults == 0 ? kExitDone : kExitIntegrity;
  }
  if (report.faults == 0) {
    PrintText(report, context.out());
    return kExitDone;
  }
  for (const Fault& fault : faults) {
    context.out() << (fault.position ? fmt::format("position {}: ", static_cast<int64_t>(fault.position->value)) : "")
                  << annals::NameOf(fault.kind) << ": " << Printable(fault.detail) << '\n';
  }
  return absl::DataLossError(fmt::format("{} fault(s) in the bundle of run {}: it was altered, or is of another log",
                                         report.faults, Printable(report.run_id)));
}

}  // namespace annals
