/* A calculator, of which expr, term and factor call each other.

   gcc -O1 -g -fno-omit-frame-pointer -fno-inline -o calc calc.c
   perf record -F 2000 -g ./calc && perf script > calc.perf
   perf report --children -g none --stdio --percent-limit 0 --show-total-period --sort sym,dso > calc.perf-report.txt */

static const char *s;
static volatile double sink;
static double expr(void);

static double number(void)
{
    double v = 0;
    while (*s >= '0' && *s <= '9')
        v = v * 10 + (*s++ - '0');
    return v;
}

static double factor(void)
{
    if (*s == '(') {
        s++;
        double v = expr();
        s++;
        return v + 0;
    }
    return number() + 0;
}

static double term(void)
{
    double v = factor();
    while (*s == '*') {
        s++;
        v *= factor();
    }
    return v;
}

static double expr(void)
{
    double v = term();
    while (*s == '+') {
        s++;
        v += term();
    }
    return v;
}

int main(void)
{
    for (int i = 0; i < 120000; i++) {
        s = "((1+2)*(3+(4*5)))+6*((7))+8*(9+(10*11))";
        sink = expr();
    }
    return 0;
}
