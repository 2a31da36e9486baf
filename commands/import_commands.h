// What the rows of a state database are in commands: JSON objects, as every other door has them, so that all that is
// checked of a command is checked of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/import_plan.h"

namespace annals {

// Each is one command. Cells that go into it are marked as carried; what cannot go in is noted as a fault of the row.
std::string CreateRunJson(const ImportItem& item);
std::string CreateWorkstreamJson(const ImportItem& item);
// nullopt: nobody knows the attempt's status.
std::optional<std::string> AttemptJson(const ImportItem& item);
std::string ErrorJson(const ImportItem& item);
// The same error once more: without its context, which the first has.
std::string ErrorRepeatJson(const ImportItem& item);
std::string EventJson(const ImportItem& item);
// The move of the item's workstream, or of its run where it has none, to `to`. With `overridden`, why the law would not
// have it: then it is an override by the operator "import".
std::string MoveJson(const ImportItem& item, std::string_view to, const std::optional<std::string>& overridden);

// A note of `event_type` about what the item is about, as far as that is in the log.
std::string NoteJson(const ImportItem& item, std::string_view event_type, std::string_view payload);

}  // namespace annals
