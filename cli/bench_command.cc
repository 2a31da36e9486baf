// annals bench: what this disk and this machine give, beside SQLite alone.
#include <filesystem>

#include <fmt/format.h>

#include "bench/bench.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

std::string Number(double value) {
  return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.2f}", value);
}

bool Reaches(const bench::Figure& figure) {
  if (!figure.floor) return true;
  const double reached = figure.ratio && *figure.floor < 100 ? *figure.ratio : figure.value;
  return figure.less_is_better ? reached <= *figure.floor : reached >= *figure.floor;
}

void PrintJson(const bench::Figure& figure, std::ostream& out) {
  JsonWriter json;
  json.BeginObject().Key("name").String(figure.name).Key("what").String(figure.what).Key("unit").String(figure.unit);
  const auto number = [&](std::string_view key, const std::optional<double>& value) {
    json.Key(key);
    if (value) {
      json.Double(*value);
    } else {
      json.Null();
    }
  };
  number("value", figure.value);
  number("beside", figure.beside);
  number("ratio", figure.ratio);
  number("floor", figure.floor);
  json.Key("reached").Bool(Reaches(figure)).EndObject();
  out << json.text() << '\n';
}

void PrintTable(const std::vector<bench::Figure>& figures, Context& context) {
  Table table({{"what"},
               {"median", Align::kRight},
               {"unit"},
               {"beside", Align::kRight},
               {"ratio", Align::kRight},
               {"to reach", Align::kRight}});
  for (const bench::Figure& figure : figures) {
    const std::string floor =
        figure.floor ? fmt::format("{} {}", figure.less_is_better ? "<=" : ">=", Number(*figure.floor)) : "";
    table.AddRow({Cell{figure.what}, Cell{Number(figure.value)}, Cell{figure.unit},
                  Cell{figure.beside ? Number(*figure.beside) : ""}, Cell{figure.ratio ? Number(*figure.ratio) : ""},
                  Cell{floor}});
  }
  context.out() << table.Render(context.width(), context.colour());
}

// The comparison of whole processes is built beside annals, or installed beside it.
std::string BareBinary(const std::filesystem::path& annals) {
  for (const char* const place : {"bench/bare_insert", "bare_insert"}) {
    const std::filesystem::path path = annals.parent_path() / place;
    if (std::filesystem::exists(path)) return path.lexically_normal();
  }
  return "";
}

}  // namespace

Command BenchCommand() {
  struct Flags {
    int64_t commands = 200'000;
    int64_t rounds = 5;
    int64_t seed = 1;
    std::string directory = ".";
  };
  const auto flags = std::make_shared<Flags>();
  return {.name = "bench",
          .summary = "Measure this machine and disk, beside SQLite alone",
          .details =
              "Makes databases of its own in a folder, fills them with pipelines, and removes them again. \"beside\" "
              "is what SQLite alone, "
              "or a process that only opens a database and inserts one row, does in the same minute.",
          .example = "annals bench --dir /var/tmp --commands 1000000",
          .arguments = {FileNamed(
                            Option("--dir", "DIR", &flags->directory, "where the databases are made (default: here)")),
                        Option("--commands", "N", &flags->commands,
                               "commands in the large database (default 200000, at least 20000)"),
                        Option("--rounds", "N", &flags->rounds,
                               "rounds of each measurement, of which the median is shown (default 5)"),
                        Option("--seed", "N", &flags->seed, "of the commands (default 1)")},
          .run = [flags](Context& context) -> absl::StatusOr<int> {
            if (flags->commands < 20'000 || flags->rounds < 1 || flags->rounds > 1'000 || flags->seed < 0) {
              return absl::InvalidArgumentError(
                  "--commands is at least 20000, --rounds from 1 to 1000, --seed not negative");
            }
            std::error_code ignored;
            const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
            const bench::Options options{.directory = flags->directory,
                                         .annals_binary = self.string(),
                                         .bare_binary = BareBinary(self),
                                         .commands = static_cast<uint64_t>(flags->commands),
                                         .rounds = static_cast<uint64_t>(flags->rounds),
                                         .seed = static_cast<uint64_t>(flags->seed)};
            ASSIGN_OR_RETURN(const auto figures, bench::Run(options, [&](std::string_view what) {
                               if (!context.json()) context.err() << fmt::format("measuring {} …\n", what);
                             }));
            if (context.json()) {
              for (const bench::Figure& figure : figures) PrintJson(figure, context.out());
            } else {
              PrintTable(figures, context);
            }
            return kExitDone;
          }};
}

}  // namespace annals
