"""Words and lines that guessers try first: folded, without spaces. Each is worth one letter."""

_OF_SIGNING_IN = """
password passwort passwd pass passphrase admin administrator root login logon welcome letmein
changeme default guest user username master secret access account system test testing computer
internet server manager support service
matkhau matkhaucuatoi matkhaumoi matkhaucu dangnhap taikhoan nguoidung quantri quantrivien hethong
bimat khongbiet khongnho maxacthuc makichhoat caidat maytinh dienthoai xinchao chaoban chaomung
"""
_OF_THE_PARTY = """
sotay sotaydangvien sotaydangviendientu dientu dangvien dang dangcongsan dangcongsanvietnam congsan
dangbo danguy chibo chibodang bithu phobithu tongbithu capuy huyenuy tinhuy thanhuy thiuy xauy
trunguong bochinhtri banbithu dangphi dangso thedang theodang dangta dangquangvinh quangvinh muonnam
dangcongsanvietnamquangvinhmuonnam mungdangmungxuan vietnam toiyeuvietnam vietnamtoiyeu
vietnammuonnam tuhaovietnam xinchaovietnam vietnamvodich danvanvandong congnhan nongdan thanhnien
doanvien doanthanhnien quandoi nhandan tuyengiao tochuc kiemtra danvan noichinh vanphong
hochiminh chutichhochiminh bacho bachokinhyeu nguyenaiquoc nguyentatthanh chutich lenin stalin marx
karlmarx maclenin chunghiamaclenin xahoichunghia chunghiaxahoi cachmang thangtam
conghoaxahoichunghiavietnam conghoa doclap tudo hanhphuc doclaptudohanhphuc
khongcogiquyhondoclaptudo congsanvodich vosantoanthegioilienhieplai yeuto quocyeudongbao yeutoquoc
doankettotkyluattot hoctaptotlaodongtot khiemtonthattheadungcam doanket daidoanket thanhcong
doanketdoanketdaidoanket thanhcongthanhcongdaithanhcong canmotkiemliemchinh canmotkiemliem
canhkiemliemchinh chicongvotu vidanphucvu
"""
_LINES = """
tienquanca doanquanvietnamdi doanquanvietnamdichunglongcuuquoc chunglongcuuquoc
buocchandonvangtrenduonggapghenhxa nhucobachotrongngayvuidaithang nhucobacho ngayvuidaithang
vietnamhochiminh vietnamoi dangdachotasangmatsanglong dangdachotamotmuaxuan motmuaxuan
namquocsonhanamdecu namquocsonha namdecu tietnhiendinhphantaithienthu binhngodaicao
tramnamtrongcoinguoita tramnam trongcoinguoita chutaichumenhkheolaghetnhau
congchanhuanuithaison nghiamenhunuoctrongnguonchayra canhcovobatlaxadongsau dayconmuoicokhoang
anhyeuem emyeuanh toiyeuban emyeu anhyeu yeuem yeuanh mayeucon conyeume conyeuma giadinh giadinhtoi
giadinhlasomot hanhphucgiadinh motnamhaibabon mothaibabonnam conco conconnhonho chaulenba
thequickbrownfoxjumpsoverthelazydog thequickbrownfox lazydog tobeornottobe thatisthequestion
maytheforcebewithyou correcthorsebatterystaple inthebeginning onceuponatime
iloveyou ilove loveyou love forever ihateyou fuckyou abcdefg
"""
_WIDELY_USED = """
monkey dragon football baseball basketball soccer hockey sunshine princess shadow superman batman
spiderman pokemon starwars trustno trustnoone whatever freedom michael jordan jennifer jessica
ashley daniel thomas charlie andrew matthew hunter ranger harley mustang ferrari porsche corvette
mercedes yamaha honda toyota samsung iphone apple google facebook zalo youtube windows microsoft
linux oracle cisco hello helloworld hola bonjour cookie cheese pepper ginger banana orange summer
winter spring autumn monday friday sunday january february march april june july august september
october november december flower butterfly purple silver golden diamond jesus heaven angel killer
ninja matrix phoenix thunder tigger buster maggie bailey chelsea liverpool arsenal barcelona
manchester realmadrid ronaldo messi manunited london paris america china russia lovely sweet baby
babygirl friends family money number qwer asdf zxcv azerty qwertz
bongda doituyen congphuong quanghai xuantruong hoanganhgialai viettel vinaphone mobifone vietcombank
agribank mothai thuhai thuba thutu thunam thusau thubay chunhat thanggieng
"""
_FAMILY_NAMES = """
nguyen tran pham hoang huynh phan truong dang bui duong dinh trinh luong doan lam thi van huu duc
nguyenvan nguyenthi tranvan tranthi levan lethi phamvan phamthi nguyenvana nguyenvanb
"""
_PLACES = """
angiang bariavungtau bacgiang backan baclieu bacninh bentre binhdinh binhduong binhphuoc binhthuan
camau cantho caobang danang daklak daknong dienbien dongnai dongthap gialai hagiang hanam hanoi
hatinh haiduong haiphong haugiang hoabinh hungyen khanhhoa kiengiang kontum laichau lamdong langson
laocai longan namdinh nghean ninhbinh ninhthuan phutho phuyen quangbinh quangnam quangngai quangninh
quangtri soctrang sonla tayninh thaibinh thainguyen thanhhoa thuathienhue hue tiengiang
thanhphohochiminh saigon travinh tuyenquang vinhlong vinhphuc yenbai thudo thangloc thanglong
dienbienphu truongsa hoangsa phuquoc dalat nhatrang vungtau mientay mientrung mienbac miennam
tinh thanhpho huyen quan phuong thon apkhu khupho
"""
#: Days that everybody knows, as people write them.
_DAYS = """
03021930 321930 0302 19051890 1951890 1905 02091945 291945 0209 19081945 1981945 30041975 3041975
3004 07051954 751954 0705 22121944 22121944 2212 26031931 2603 08031910 0803 20111982 2011 10101954
"""
WORDS = frozenset(
    " ".join(
        (_OF_SIGNING_IN, _OF_THE_PARTY, _LINES, _WIDELY_USED, _FAMILY_NAMES, _PLACES, _DAYS)
    ).split()
) | {str(year) for year in range(1900, 2051)}
#: What fingers walk along without thinking, in either direction.
WALKS = tuple(
    walk[::step]
    for walk in (
        "01234567890",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "azertyuiop",
        "qwertyuiopasdfghjklzxcvbnm",
        "qazwsxedcrfvtgbyhnujmikolp",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "1q2w3e4r5t6y7u8i9o0p",
        "147258369",
        "13579",
        "02468",
        "aabbccddeeffgghhiijjkk",
        "112233445566778899",
    )
    for step in (1, -1)
)
