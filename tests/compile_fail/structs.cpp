// Structs whose fields cannot be found, and field lists that are wrong.
#include <mutex>
#include <string>
#include <type_traits>

#include "nodehost/detail/reflect.hpp"

namespace nh = nodehost;

// A case is a line, to be compared with its neighbour.
// clang-format off
#define TEN(p) int p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7, p##8, p##9;
struct NoDefault {
  NoDefault(int);
};
struct Base {
  int x;
};
// What converts from anything; the count of the struct that holds it is then unknown.
struct Greedy {
  Greedy() = default;
  template <class U>
  requires std::is_convertible_v<U, int> Greedy(U);
};

#if CASE_sixty_five_fields  // says: a struct has at most 64 fields
struct Many { TEN(a) TEN(b) TEN(c) TEN(d) TEN(e) TEN(f) int g0, g1, g2, g3, g4; };
#else
struct Many { TEN(a) TEN(b) TEN(c) TEN(d) TEN(e) TEN(f) int g0, g1, g2, g3; };
#endif
static_assert(nh::detail::kFieldNames<Many>.size() == 64);

#if CASE_a_base_class  // says: the fields of a struct with a base class cannot be told apart
struct Derived : Base { int y; };
#else
struct Derived : Base { int y; NODEHOST_FIELDS(Derived, x, y) };
#endif
static_assert(nh::detail::kFieldNames<Derived>.size() == 2);

#if CASE_an_empty_base_class  // says: the fields of a struct with a base class cannot be told apart
struct Empty {};
struct Tagged : Empty { int y; };
#else
struct Tagged { int y; };
#endif
static_assert(nh::detail::kFieldNames<Tagged>.size() == 1);

#if CASE_a_reference_first  // says: the fields of this struct cannot be counted
struct Refers { int& r; int y; };
#else
struct Refers { int r; int y; };
#endif
static_assert(nh::detail::kFieldNames<Refers>.size() == 2);

#if CASE_a_reference_later  // says: Refers2
struct Refers2 { int a; const int& r; };
#else
struct Refers2 { int a; const int r; };
#endif
static_assert(nh::detail::kFieldNames<Refers2>.size() == 2);

#if CASE_a_field_that_takes_anything  // says: the fields of this struct cannot be counted
struct Takes { int a; Greedy w; NoDefault z; };
#else
struct Takes { int a; Greedy w; int z; };
#endif
static_assert(nh::detail::kFieldNames<Takes>.size() == 3);

#if CASE_an_array_beside_a_field_without_default  // says: use std::array, or list the fields
struct Arrays { NoDefault n; int a[4]; };
#else
struct Arrays { int n; int a[4]; };
#endif
static_assert(nh::detail::kFieldNames<Arrays>.size() == 2);

#if CASE_a_bit_field  // says: cannot bind bit-field | cannot bind to bit-field
struct Bits { int a : 3; int b; };
#else
struct Bits { int a; int b; };
#endif
static_assert(nh::detail::kFieldNames<Bits>.size() == 2);

#if CASE_an_anonymous_union  // says: it has an anonymous union member
struct Union { int a; union { int b; float c; }; };
#else
struct Union { int a; int b; };
#endif
static_assert(nh::detail::kFieldNames<Union>.size() == 2);

#if CASE_a_static_member_listed  // says: a field is a non-static data member
struct Listed { static int s; int a; NODEHOST_FIELDS(Listed, a, s) };
#elif CASE_a_function_listed  // says: a field is a non-static data member
struct Listed { int a; int f(); NODEHOST_FIELDS(Listed, a, f) };
#elif CASE_a_member_that_is_not_there  // says: 'b' is not a member of 'Listed' | no member named 'b' in 'Listed'
struct Listed { int a; NODEHOST_FIELDS(Listed, b) };
#elif CASE_an_unknown_attribute  // says: the attributes of a field are
struct Listed { int a; NODEHOST_FIELDS(Listed, (a, 3)) };
#elif CASE_an_empty_name  // says: a JsName must not be empty
struct Listed { int a; NODEHOST_FIELDS(Listed, (a, nh::JsName(""))) };
#elif CASE_a_field_listed_twice  // says: two fields of this struct have the same name
struct Listed { int a; NODEHOST_FIELDS(Listed, a, a) };
#elif CASE_one_name_for_two_fields  // says: two fields of this struct have the same name
struct Listed { int a, b; NODEHOST_FIELDS(Listed, (a, nh::JsName("x")), (b, nh::JsName("x"))) };
#elif CASE_an_ignored_and_optional_field  // says: kIgnored says that JS never sees the field
struct Listed { int a, b; NODEHOST_FIELDS(Listed, a, (b, nh::kIgnored, nh::kOptional)) };
#else
struct Listed {
  int a, b;
  NODEHOST_FIELDS(Listed, (a, nh::JsName("x"), nh::kOptional), (b, nh::kIgnored))
};
#endif
static_assert(nh::detail::kFieldNames<Listed>.size() == 1);
