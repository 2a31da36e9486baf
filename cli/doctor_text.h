// What the doctor found, for people and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "commands/doctor.h"
#include "commands/doctor_treatment.h"

namespace annals {

// Of each finding a line, what was seen, and the command that would help, which is never broken or cut.
std::string FindingsText(const std::vector<doctor::Finding>& findings, Timestamp now, std::optional<size_t> width,
                         ColourMode colour);
// One object, without a newline.
std::string FindingJson(const doctor::Finding& finding, Timestamp now);

// A line for each command that the doctor gave by itself.
std::string TreatmentsText(const std::vector<doctor::Treatment>& treatments, ColourMode colour);
// FindingJson() with "applied", and "position" where it was, "why" where it was refused.
std::string TreatmentJson(const doctor::Treatment& treatment, Timestamp now);

// The kinds with the limits in force.
std::string LimitsText(const doctor::Limits& limits, std::optional<size_t> width, ColourMode colour);
// An object a line.
std::string LimitsJson(const doctor::Limits& limits);

// "3 findings: 1 critical, 2 warning".
std::string CountText(const std::vector<doctor::Finding>& findings);

}  // namespace annals
