// A temporary of a class with a constructor, in the operand of a co_await.
#include "tests/canaries/canary.hpp"

class Object {
  public:
    Object(Counted c, int n) : counted_(c), n_(n) {}
    int n() const { return n_; }
  private:
    Counted counted_;
    int n_;
};
Co<int> take(Object object) { co_return object.n(); }
Co<int> body() {
    int one = co_await take(Object(Counted(), 1));
    co_return one;
}

int main() {
    const int result = body().run();
    return verdict(result == 1 && Counted::alive == 0);
}
