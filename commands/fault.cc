#include "commands/fault.h"

namespace annals {

std::string_view NameOf(FaultKind kind) {
  switch (kind) {
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
    case FaultKind::kTreeHead:
      return "tree_head";
    case FaultKind::kSeal:
      return "seal";
  }
  return "unknown";
}

}  // namespace annals
