"""Further answers that a learner may write: (exercise, code, a piece of the English hint, or None if it is right)."""

NN = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"


def mlp(init, forward, bases="nn.Module", name="forward", top=""):
    """A class MLP with these bodies, statements apart by semicolons."""
    return f"{NN}{top}\nclass MLP({bases}):\n    def __init__(self, i, h, o):\n        {init}\n    def {name}(self, x):\n        {forward}\n"


SUPER, FC = "super().__init__(); ", "self.fc1 = nn.Linear(i, h); self.fc2 = nn.Linear(h, o)"
GOOD, RIGHT = SUPER + FC, "return self.fc2(self.fc1(x).relu())"

MLP = [
    (mlp(SUPER + "self.net = nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.Linear(h, o))", "return self.net(x)"), None),
    (mlp(SUPER + "self.layers = nn.ModuleList([nn.Linear(i, h), nn.Linear(h, o)])", "return self.layers[1](F.relu(self.layers[0](x)))"), None),
    (mlp(SUPER + FC + "; self.both = [self.fc1, self.fc2]", RIGHT), None),
    (mlp(SUPER + "self.a = nn.Parameter(torch.randn(h, i)); self.b = nn.Parameter(torch.zeros(h)); self.c = nn.Parameter(torch.randn(o, h)); "
         "self.d = nn.Parameter(torch.zeros(o))", "return (x @ self.a.T + self.b).clamp(min=0) @ self.c.T + self.d"), None),
    (mlp("nn.Module.__init__(self); " + FC, "return self.fc2(torch.maximum(self.fc1(x), torch.tensor(0.0)))"), None),
    ("MLP = None", "There is no `MLP`"),
    (NN + "def MLP(i, h, o):\n    return nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.Linear(h, o))", "of type function"),
    (NN + "MLP = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))", "is a finished model"),
    ("MLP = (x for x in [1])", "of type generator"),
    (NN + "MLP = torch.zeros(5, 3)", "of type Tensor"),
    ("class MLP:\n    def __init__(self, i, h, o):\n        pass", "inherits from `nn.Module`"),
    (mlp("super().__init__; " + FC, RIGHT), "is missing or too late"),
    (mlp("super.__init__(); " + FC, RIGHT), "is missing or too late"),
    (mlp(FC + "; super().__init__()", RIGHT), "is missing or too late"),
    (mlp(SUPER + "self.d = {'a': nn.Linear(i, h), 'b': nn.Linear(h, o)}", "return self.d['b'](self.d['a'](x).relu())"), "inside a Python dict"),
    (mlp(SUPER + "fc1 = nn.Linear(i, h); fc2 = nn.Linear(h, o)", RIGHT), "No parameters are registered"),
    (mlp("super().__init__()", "return nn.Linear(8, 3)(nn.Linear(4, 8)(x).relu())"), "No parameters are registered"),
    (mlp(SUPER + FC.replace(")", ", bias=False)"), RIGHT), "biases are missing"),
    (mlp(SUPER + FC + "; self.fc3 = nn.Linear(o, o)", "return self.fc3(self.fc2(self.fc1(x).relu()))"), "owns four tensors"),
    (mlp(GOOD, "self.fc2(self.fc1(x).relu())"), "returns NoneType, not a tensor"),
    (mlp(GOOD, "return self.fc1(x).relu()"), "every layer"),
    (mlp(GOOD, "return self.fc2(self.fc1(x))"), "Nothing passes through a `ReLU`"),
    (mlp(GOOD, "return self.fc2(self.fc1(x)).relu()"), "never negative"),
    (mlp(GOOD, "return self.fc2(self.fc1(x).relu()).softmax(-1)"), "sums to 1"),
    (mlp(GOOD, "return self.fc2(F.gelu(self.fc1(x)))"), "the computation is not"),
    (mlp(GOOD, "return self.fc2(self.fc1(x.relu()))"), "the computation is not"),
    (mlp(GOOD, "return self.fc2(F.dropout(self.fc1(x).relu()))"), "another output each time"),
    (mlp(GOOD, "return self.fc2(self.fc1(x).relu().detach())"), "No gradient reaches fc1.weight"),
    (mlp(GOOD, "return self.fc2(self.fc1(x).relu()).detach()"), "No gradient reaches fc1.weight"),
    (mlp(GOOD, "return self(x)"), "RecursionError"),
    (mlp(GOOD, "return self.fc3(x)"), "in `forward`. AttributeError"),
    (mlp(GOOD, "raise AssertionError('mine')"), "AssertionError: mine"),
    (mlp(GOOD, "next(iter([]))"), "StopIteration"),
    (mlp(GOOD, RIGHT, name="foward"), "has no `forward`"),
    (mlp(GOOD, RIGHT, name="__call__"), "has no `forward`"),
    (NN + "class MLP(nn.Module):\n    def __init__(self):\n        super().__init__()\n    def forward(self, x):\n        return x", "Look at the arguments"),
    (NN + "class MLP(nn.Module):\n    fc1 = nn.Linear(4, 8)\n    fc2 = nn.Linear(8, 3)\n    def __init__(self, i, h, o):\n        super().__init__()\n"
          "    def forward(self, x):\n        return self.fc2(self.fc1(x).relu())", "No parameters are registered"),
    (mlp(SUPER + "self.fc1 = one; self.fc2 = two", RIGHT, top="one, two = nn.Linear(4, 8), nn.Linear(8, 3)\n"), "other sizes"),
]

COUNT = [
    ("from math import prod\ndef count(model):\n    return sum(prod(p.size()) for _, p in model.named_parameters())", None),
    ("import torch\ndef count(m):\n    return torch.nn.utils.parameters_to_vector(list(m.parameters()) or [torch.empty(0)]).numel()", None),
    ("class Counter:\n    def __call__(self, model):\n        return sum(len(p.flatten()) for p in model.parameters())\ncount = Counter()", None),
    ("def count(model):\n    total = 0\n    for p in model.parameters():\n        total += p.nelement()\n    return total", None),
    ("count = None", "There is no `count`"),
    ("count = 67", "is of type int"),
    ("def count(model):\n    for p in model.parameters():\n        yield p.numel()", "returns a generator"),
    ("def count(model):\n    return [p.numel() for p in model.parameters()]", "returns a list"),
    ("import torch\ndef count(model):\n    return torch.tensor(sum(p.numel() for p in model.parameters()))", "returns a tensor"),
    ("def count(model):\n    return float(sum(p.numel() for p in model.parameters()))", "returns a float"),
    ("def count(model):\n    return str(8)", "returns a str"),
    ("def count(model):\n    return 8", "Something other than the argument"),
    ("def count(model):\n    return sum(p.numel() for p in model.parameters(recurse=False))", "`recurse=False`"),
    ("def count(model):\n    return sum(p.numel() for p in model.parameters() if p.ndim > 1)", "the `weight` alone"),
    ("def count(model):\n    return sum(sum(p.shape) for p in model.parameters())", "the product of its axes"),
    ("def count(model):\n    return sum(p.numel() for _, p in model.named_parameters(remove_duplicate=False))", "counted twice"),
    ("def count(model):\n    return sum(p.numel() for p in model.parameters)", "in `count`. TypeError"),
    ("def count():\n    return 8", "cannot be called"),
    ("def count(model):\n    return sum(p.numel() for layer in model for p in layer.parameters())", "in `count`. TypeError"),
]

FREEZE = [
    ("def freeze(model, name):\n    for p in model.get_submodule(name).parameters():\n        p.requires_grad_(False)", None),
    ("def freeze(model, name):\n    for n, m in model.named_modules():\n        if n == name:\n            m.requires_grad_(False)", None),
    ("from functools import reduce\ndef freeze(model, name):\n    reduce(getattr, name.split('.'), model).requires_grad_(False).eval()", None),
    ("def freeze(model, name):\n    model.get_submodule(name).requires_grad_(False)\n    return model\nstill_listed = True", None),
    ("freeze = None", "There is no `freeze`"),
    ("freeze = 'fc1'", "of type str"),
    ("def freeze(model):\n    model.requires_grad_(False)", "cannot be called"),
    ("def freeze(model, name):\n    model.requires_grad_(False)", "The whole model is frozen"),
    ("def freeze(model, name):\n    for n, p in model.named_parameters():\n        p.requires_grad = name in n", "still trains"),
    ("def freeze(model, name):\n    for n, p in model.named_parameters():\n        if name in n:\n            p.requires_grad = False", "is frozen as well"),
    ("def freeze(model, name):\n    delattr(model, name)", "Gone from the model"),
    ("import torch\ndef freeze(model, name):\n    with torch.no_grad():\n        for p in model.get_submodule(name).parameters():\n            p.zero_()", "value of a parameter"),
    ("import copy\ndef freeze(model, name):\n    model = copy.deepcopy(model)\n    model.get_submodule(name).requires_grad_(False)\n    return model", "A copy was frozen"),
    ("def freeze(model, name):\n    model.get_submodule(name).requires_grad_", "a call lacks its brackets"),
    ("import torch\ndef freeze(model, name):\n    m = model.get_submodule(name)\n    m.requires_grad_(False)\n    m.forward = torch.no_grad()(m.forward)", "A frozen layer lets the gradient through"),
    ("def freeze(model, name):\n    m = dict(model.named_children())[name]\n    m.weight.requires_grad = m.bias.requires_grad = False", "nested layer"),
    ("def freeze(model, name):\n    for p in model.get_submodule(name).parameters(recurse=False):\n        p.requires_grad = False", "Go down into"),
    ("def freeze(model, name):\n    model.fc1.requires_grad_(False)", "The name of a nested layer"),
    ("def freeze(model, name):\n    model.get_submodule(name).requires_grad_(False)\nstill_listed = False", "the answer is not"),
    ("def freeze(model, name):\n    raise ValueError('no\\nsuch layer')", "in `freeze`. ValueError: no"),
]

SEQ = NN + "def make_sequential(i, h, o):\n    return nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.Linear(h, o))\n"
CONVERT = "def convert(sd):\n    return {k.replace('fc1', '0').replace('fc2', '2'): v for k, v in sd.items()}\n"


def sequential(body):
    return f"{NN}def make_sequential(i, h, o):\n    {body}\n{CONVERT}"


def convert(body):
    return f"{SEQ}def convert(sd):\n    {body}\n"


SEQUENTIAL = [
    (sequential("s = nn.Sequential(); s.append(nn.Linear(i, h)); s.append(nn.ReLU()); s.append(nn.Linear(h, o)); return s"), None),
    (convert("from collections import OrderedDict; return OrderedDict((k.replace('fc1', '0').replace('fc2', '2'), v.clone()) for k, v in sd.items())"), None),
    (convert("return {'0.weight': sd['fc1.weight'], '0.bias': sd['fc1.bias'], '2.weight': sd['fc2.weight'], '2.bias': sd['fc2.bias']}"), None),
    (convert("new = dict(sd); [new.__setitem__(k.replace('fc1', '0').replace('fc2', '2'), new.pop(k)) for k in list(new)]; return new"), None),
    (SEQ, "no function `convert`"),
    (CONVERT, "no function `make_sequential`"),
    (SEQ + "make_sequential = make_sequential(4, 8, 3)\n" + CONVERT, "of type Sequential, not a function"),
    (sequential("nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.Linear(h, o))"), "returns NoneType"),
    (sequential("return [nn.Linear(i, h), nn.ReLU(), nn.Linear(h, o)]"), "returns list"),
    (sequential("return nn.Sequential(nn.Linear(h, i), nn.ReLU(), nn.Linear(o, h))"), "order of the arguments"),
    (sequential("return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))"), "other sizes"),
    (sequential("return nn.Sequential(nn.Sequential(nn.Linear(i, h), nn.ReLU()), nn.Linear(h, o))"), "without nesting"),
    (sequential("return nn.Sequential(nn.Linear(i, h), nn.Identity(), nn.Linear(h, o))"), "in the middle is a `ReLU`"),
    (sequential("return nn.Sequential(nn.Linear(i, h), nn.ReLU, nn.Linear(h, o))"), "in `make_sequential`. TypeError"),
    (convert("return [k.replace('fc1', '0').replace('fc2', '2') for k in sd]"), "returns list"),
    (convert("return None"), "returns NoneType"),
    (convert("return dict(sd)"), "keys are as they were"),
    (convert("new = dict(sd); new.update({k.replace('fc1', '0').replace('fc2', '2'): v for k, v in sd.items()}); return new"), "Old names are left"),
    (convert("return {k.replace('0.', 'fc1.').replace('2.', 'fc2.'): v for k, v in sd.items()}"), "Old names are left"),
    (convert("sd['0.weight'] = sd.pop('fc1.weight'); return sd"), "has changed"),
    (convert("return {'0.weight': sd['fc1.weight'], '0.bias': sd['fc2.bias'], '2.weight': sd['fc2.weight'], '2.bias': sd['fc1.bias']}"), "value of another"),
    (convert("return {k: sd['linear1.weight'] for k in sd}"), "in `convert`. KeyError"),
    (convert("return {'0.weight': None, '0.bias': None, '2.weight': None, '2.bias': None}"), "value of another"),
]


def observe(body):
    return f"{NN}import copy\ndef observe(model, x):\n    {body}\n"


OBSERVE = [
    (observe("was = model.training; model.train(); a = model(x); model.eval(); b = model(x); model.train(was); return a, b"), None),
    (observe("return copy.deepcopy(model).train()(x), copy.deepcopy(model).eval()(x)"), None),
    (observe("was = model.training; b = model.eval()(x); a = model.train()(x); model.train(was); return [a, b]"), None),
    ("observe = 3", "of type int"),
    (observe("return None"), "returns NoneType"),
    (observe("return model(x)"), "returns Tensor"),
    (observe("yield model.train()(x)"), "returns generator"),
    (observe("return model.train(), model.eval()"), "tensors of the input's shape"),
    (observe("was = model.training; a = model.train()(x); b = model.eval()(x); model.train(was); return b, a"), "are swapped"),
    (observe("model.train; a = model(x); model.eval; b = model(x); return a, b"), "`model.eval` alone"),
    (observe("was = model.training; model.eval(); a = model(x); b = model(x); model.train(was); return a, b"), "Nothing is zero in training mode"),
    (observe("was = model.training; a = model.train()(x); model.train(was); return a, x"), "Do not hand back the input"),
    (observe("return F.dropout(x, model.p), x"), "AttributeError"),
    (observe("return model.trian()(x), model.eval()(x)"), "in `observe`. AttributeError"),
    ("def observe(model):\n    return model, model", "cannot be called"),
]


def two_part(init, forward, encoder="self.conv1 = nn.Conv2d(3, 8, 4, 4)", encode="return self.conv1(x).relu().flatten(1)", top=""):
    return (f"{NN}class Enc(nn.Module):\n    def __init__(self):\n        super().__init__(); {encoder}\n    def forward(self, x):\n        {encode}\n"
            f"{top}\nclass TwoPart(nn.Module):\n    def __init__(self):\n        {init}\n    def forward(self, x):\n        {forward}\n")


PARTS = SUPER + "self.vision_encoder = Enc(); self.action_head = nn.Linear(128, 7)"
RUN = "return self.action_head(self.vision_encoder(x))"

TWO_PARTS = [
    (two_part(SUPER + "self.vision_encoder = Enc(); self.action_head = nn.LazyLinear(7)", RUN), None),
    (two_part(SUPER + "self.add_module('vision_encoder', Enc()); self.action_head = nn.Sequential(nn.Linear(128, 16), nn.Tanh(), nn.Linear(16, 7))", RUN), None),
    (two_part(PARTS + "; self.relu = nn.ReLU()", "return self.action_head(self.relu(self.vision_encoder(x)))"), None),
    (two_part(PARTS, RUN, "self.conv1 = nn.Conv2d(3, 8, 4, 4); self.bn = nn.BatchNorm2d(8); self.drop = nn.Dropout()",
              "return self.drop(self.bn(self.conv1(x))).flatten(1)"), None),
    ("TwoPart = None", "There is no `TwoPart`"),
    (two_part(PARTS, RUN) + "TwoPart = TwoPart()", "is a finished model"),
    (NN + "def TwoPart():\n    return nn.Sequential()", "of type function"),
    (two_part("self.vision_encoder = Enc()", RUN), "is missing or too late"),
    (two_part(PARTS, RUN, "").replace("super().__init__(); \n", "self.conv1 = nn.Conv2d(3, 8, 4, 4)\n"), "is missing or too late"),
    (two_part(SUPER + "self.vision_encoder = Enc", RUN), "is of type type"),
    (two_part(PARTS, "self.action_head(self.vision_encoder(x))"), "returns NoneType"),
    (two_part(PARTS, "return self.action_head(self.vision_encoder(x)).mean(0)"), "Two images give (2, 7)"),
    (two_part(PARTS, RUN, encode="return self.conv1(x).relu().view(2, -1)"), "batch size is not a number"),
    (two_part(PARTS, "return self.action_head(self.vision_encoder(x).detach())"), "No gradient reaches vision_encoder"),
    (two_part(PARTS, "h = self.vision_encoder(x)\n        return self.action_head(h - h.mean(0))"), "its neighbors in the batch"),
    (two_part(PARTS, RUN, "self.conv = nn.Conv2d(3, 8, 4, 4)", "return self.conv(x).relu().flatten(1)"), "no key `vision_encoder.conv1.weight`"),
    (two_part(SUPER + "self.vision_encoder = Enc(); self.action_head = nn.Flatten()", "return self.vision_encoder(x)[:, :7]"), "`action_head` has no parameters"),
    (two_part(SUPER + "self.vision_encoder = enc; self.action_head = nn.Linear(128, 7)", RUN, top="enc = Enc()\n"), "Two models share"),
    (two_part(SUPER + "self.vision_encoder = Enc(); self.action_head = nn.Linear(100, 7)", RUN), "in `forward`. RuntimeError"),
    (two_part(PARTS, RUN, "self.conv1 = nn.Linear(768, 128)", "return self.conv1(x.flatten(1))"), "is no convolution"),
    (two_part(PARTS, RUN).replace("class TwoPart(nn.Module):\n    def __init__(self)", "class TwoPart(nn.Module):\n    def __init__(self, size)"), "takes no arguments"),
]

ANSWERS = [
    (exercise, code, hint)
    for exercise, answers in {
        "1-mlp": MLP, "2-count": COUNT, "3-freeze": FREEZE, "4-sequential": SEQUENTIAL, "5-observe": OBSERVE, "6-two-parts": TWO_PARTS}.items()
    for code, hint in answers
]
