#include "model/planted.hpp"

namespace psgrid {

#ifdef PSGRID_PLANTED
namespace {
Mistake the_mistake = Mistake::kNone;
}  // namespace

bool planted(Mistake mistake) { return mistake == the_mistake; }
void plant(Mistake mistake) { the_mistake = mistake; }
#endif

}  // namespace psgrid
