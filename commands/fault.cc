#include "commands/fault.h"

#include "schemas/status.h"

namespace annals {

std::string_view NameOf(FaultKind kind) {
  switch (kind) {
    case FaultKind::kFile:
      return "file";
    case FaultKind::kUnreadable:
      return "unreadable";
    case FaultKind::kGap:
      return "gap";
    case FaultKind::kTime:
      return "time";
    case FaultKind::kHash:
      return "hash";
    case FaultKind::kVersion:
      return "version";
    case FaultKind::kColumn:
      return "column";
    case FaultKind::kUndecodable:
      return "undecodable";
    case FaultKind::kContent:
      return "content";
    case FaultKind::kUnlawful:
      return "unlawful";
    case FaultKind::kTable:
      return "table";
    case FaultKind::kCommandId:
      return "command_id";
    case FaultKind::kTreeHead:
      return "tree_head";
    case FaultKind::kSeal:
      return "seal";
  }
  return "unknown";
}

std::string DiagnosisOf(const absl::Status& status) {
  const std::string_view message = MessageOf(status);
  return std::string(message.substr(0, message.find("; ")));
}

}  // namespace annals
