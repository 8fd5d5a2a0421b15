#include <vector>
// std::vector and phi:: are no models
namespace phi {
inline int yi(int a) {
    return a ? yi : 7;
}
} // namespace phi
