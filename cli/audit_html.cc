#include "cli/audit_html.h"
namespace annals {
void WriteAuditHtml(const Audit& audit, std::ostream& out) {
  out << audit.run_id;
}
}  // namespace annals
