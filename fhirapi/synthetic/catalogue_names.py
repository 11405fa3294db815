"""Names by heritage, with what goes along: race, ethnicity, languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heritage:
    weight: int
    races: tuple[tuple[str, str], ...]
    """CDC race codes; more than one for people of two races."""
    is_hispanic: bool
    languages: tuple[tuple[str, str, int], ...]
    """BCP 47 tag, words, weight."""
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]


_WHITE = ("2106-3", "White")
_BLACK = ("2054-5", "Black or African American")
_ASIAN = ("2028-9", "Asian")
_NATIVE = ("1002-5", "American Indian or Alaska Native")
_PACIFIC = ("2076-8", "Native Hawaiian or Other Pacific Islander")
_ENGLISH = ("en-US", "English (United States)", 9)
_SPANISH = ("es-US", "Spanish (United States)", 9)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


HERITAGES = (
    Heritage(
        52,
        (_WHITE,),
        False,
        (_ENGLISH, ("fr", "French", 1)),
        _words(
            "Abigail Alice Amelia Anna Audrey Beatrice Brooke Caroline Charlotte Chloë Claire "
            "Clara Dorothy Eleanor Elise Ellen Emma Erin Esther Eva Florence Frances Grace "
            "Hannah Harriet Hazel Helen Ingrid Irene Jane Joan Josephine Judith Julia Karen "
            "Katherine Laura Lena Lillian Linda Louise Lucy Margaret Marie Martha Meredith "
            "Molly Nancy Nora Olive Patricia Paula Rachel Renée Rose Ruth Sarah Siobhán Sophie "
            "Susan Sylvia Theresa Victoria Zoë"
        ),
        _words(
            "Aaron Adam Albert Alexander Andrew Anthony Arthur Benjamin Brian Calvin Charles "
            "Colin Connor Daniel David Dennis Douglas Edward Eric Ethan Evan Francis Frank "
            "Gavin George Gerald Gordon Gregory Harold Henry Hugh Ian Jack Jacob James Jason "
            "Joel Jonathan Joseph Keith Kevin Lawrence Leo Lewis Lucas Luke Mark Martin Matthew "
            "Nathan Neil Nicholas Noah Oliver Owen Patrick Peter Philip Raymond Robert Roger "
            "Samuel Seán Simon Stephen Theodore"
        ),
        _words(
            "Adler Anders Atwood Bailey Barlow Becker Bennett Bishop Blackwell Brandt Brennan "
            "Byrne Caldwell Callahan Chandler Cole Conrad Crawford D'Amico Dalton Dawson "
            "Donovan Drake Ellison Fairbanks Fischer Fitzgerald Fletcher Foster Gallagher "
            "Goodwin Graham Hale Hartley Hayes Hoffman Holloway Hughes Jansen Jensen Kessler "
            "Koch Kowalski Lachance Lambert Lindqvist MacLeod Marlowe McAllister Meyer Moreau "
            "Müller Nielsen Novak O'Brien O'Connor Olsen Østergaard Pearson Petrov Quinn Ramsey "
            "Reid Rossi Russo Schneider Sinclair Sørensen Sullivan Sutton Thornton Vance "
            "Wallace Walsh Weaver Whitaker Winslow Zielinski"
        ),
    ),
    Heritage(
        19,
        (_WHITE,),
        True,
        (_SPANISH, _ENGLISH),
        _words(
            "Adriana Alejandra Ana Beatriz Camila Carmen Catalina Claudia Daniela Elena "
            "Esperanza Fernanda Gabriela Guadalupe Inés Isabel Julieta Leticia Lucía Luz "
            "Marisol María Mónica Natalia Paloma Pilar Rocío Rosa Sofía Teresa Valentina "
            "Verónica Ximena Yolanda"
        ),
        _words(
            "Alejandro Andrés Ángel Antonio Carlos César Diego Eduardo Emilio Enrique Esteban "
            "Felipe Fernando Francisco Héctor Ignacio Javier Jesús Joaquín Jorge José Juan "
            "Julio Luis Manuel Marcos Mateo Miguel Óscar Pablo Rafael Ramón Raúl Ricardo "
            "Santiago Tomás"
        ),
        _words(
            "Aguilar Álvarez Ávila Castillo Castro Cervantes Contreras Cruz Delgado Díaz "
            "Domínguez Espinoza Estrada Fuentes García Gómez González Guerrero Gutiérrez "
            "Hernández Herrera Jiménez Juárez López Maldonado Martínez Medina Mendoza Molina "
            "Morales Muñoz Navarro Núñez Ochoa Ortega Ortiz Padilla Peña Pérez Ramírez Reyes "
            "Rivera Ríos Rodríguez Rojas Romero Ruiz Salazar Sánchez Sandoval Soto Torres "
            "Valdez Vargas Vásquez Vega Zúñiga"
        ),
    ),
    Heritage(
        13,
        (_BLACK,),
        False,
        (_ENGLISH, ("ht", "Haitian Creole", 1)),
        _words(
            "Adaeze Aisha Alicia Amara Angela Bernice Brianna Camille Candace Chidinma Danielle "
            "Denise Ebony Ella Faith Gloria Imani Jasmine Joyce Keisha Latoya Loretta Maya "
            "Monique Naomi Nia Odette Patrice Raven Rhonda Serena Simone Tamika Tanya Vanessa "
            "Yvonne Zora"
        ),
        _words(
            "Andre Anthony Babatunde Bernard Cedric Chidi Clarence Curtis Darnell Darius "
            "DeShawn Dwayne Elijah Emmanuel Frederick Gregory Isaiah Jamal Jermaine Jerome Kofi "
            "Kwame Lamar Leon Malik Marcus Marvin Maurice Nathaniel Percy Quincy Reginald "
            "Roderick Terrence Tyrone Vernon Willie Xavier"
        ),
        _words(
            "Adeyemi Banks Baptiste Booker Bryant Charles Clay Coleman Dorsey Easley Fields "
            "Gaines Gibbs Grant Greene Hairston Harmon Holmes Jean-Baptiste Jefferson Jenkins "
            "Joseph Lyons Mack Mayfield Mensah Mosley Okafor Okonkwo Owusu Pierre-Louis Pinkney "
            "Porter Prince Randolph Rhodes Robinson Sampson Shelton Simmons Stokes Tate Tubman "
            "Washington Waters Whitfield Wilkins Woods"
        ),
    ),
    Heritage(
        8,
        (_ASIAN,),
        False,
        (_ENGLISH, ("zh", "Chinese", 2), ("vi", "Vietnamese", 2), ("hi", "Hindi", 1)),
        _words(
            "Aiko Akari Amrita Anjali Anh Bao Deepa Divya Hana Hui Ji-woo Jia Kavita Keiko "
            "Lakshmi Lan Lin Linh Meera Mei Min Mai Nikhila Nisha Padma Priya Sakura Seo-yeon "
            "Shreya Soo-jin Thuy Trang Uma Wei Xin Yan Yui Yuna Zara"
        ),
        _words(
            "Aditya Akira Amit Anand Arjun Bao Chen Daichi Dev Duc Feng Haruto Hiro Hoang "
            "Jae-won Jin Jun Kenji Kiran Krishna Long Manish Min-jun Minh Nikhil Quang Rahul "
            "Rajesh Ravi Ryo Sanjay Seung-ho Suresh Takashi Tuan Vikram Vivek Wei Yong Yusuf"
        ),
        _words(
            "Bhatt Chan Chang Chaudhary Chen Choi Dang Desai Do Gupta Han Hayashi Ho Hoang "
            "Huang Ito Iyer Joshi Kapoor Kato Khan Kim Kobayashi Kumar Lai Lam Le Lee Li Lin "
            "Liu Luong Mehta Nair Nakamura Ng Nguyễn Pak Park Patel Pham Rao Sato Shah Sharma "
            "Singh Suzuki Takahashi Tan Tanaka Tran Truong Vo Wang Wong Wu Xu Yamamoto Yang "
            "Yoon Zhang Zhao"
        ),
    ),
    Heritage(
        3,
        (_NATIVE,),
        False,
        (_ENGLISH, ("nv", "Navajo", 4)),
        _words("Aiyana Ashkii Dena Haseya Kaya Leona Lomasi Marlene Nizhoni Sahkyo Talise Winona"),
        _words("Ahiga Chayton Delbert Elan Hok'ee Kai Leland Nodin Sani Tahoma Wilson Yas"),
        _words(
            "Attakai Begay Benally Bitsui Chee Crow Goldtooth Holiday Littlefeather Manygoats "
            "Nakai Peshlakai Redcloud Silversmith Swift Tsosie Whitehorse Yazzie"
        ),
    ),
    Heritage(
        2,
        (_PACIFIC,),
        False,
        (_ENGLISH, ("sm", "Samoan", 1)),
        _words("Alana Iolana Kailani Keala Leilani Malia Moana Nalani Noelani Pua Sina Tiare"),
        _words("Akamu Ikaika Kai Kaleo Keoni Koa Makoa Manu Nainoa Sione Tavita Tevita"),
        _words("Akana Fonoti Kahale Kalani Kealoha Mahelona Nakoa Pukui Tavares Tuiasosopo Vea"),
    ),
    Heritage(
        3,
        (_WHITE, _BLACK),
        False,
        (_ENGLISH,),
        _words("Alexis Brielle Cassidy Jade Jordan Kira Leila Mariah Noelle Sage Skylar Taylor"),
        _words("Blake Cameron Dorian Elliott Jalen Jordan Julian Kai Miles Micah Roman Trey"),
        _words(
            "Beaumont Chambers Delacroix Ellis Fontaine Hunter Irving Kingsley Lawson Mercer "
            "Monroe Page Rivers Santiago-Reed Spencer Sterling Wells-Carter"
        ),
    ),
)


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


STREETS = _phrases(
    "Alder Street|Ash Court|Aspen Way|Birch Lane|Cedar Avenue|Cherry Street|"
    "Chestnut Drive|Church Street|Clearwater Drive|Cottonwood Lane|Creekside Road|"
    "Dogwood Court|Elm Street|Fairview Avenue|Fern Hollow Road|Garden Street|"
    "Hawthorne Avenue|Hickory Lane|Highland Avenue|Hillcrest Drive|Juniper Street|"
    "Lakeview Drive|Laurel Street|Lincoln Avenue|Linden Street|Magnolia Court|"
    "Maple Avenue|Meadow Lane|Mill Road|Mulberry Street|North Main Street|Oak Street|"
    "Orchard Road|Park Avenue|Pine Street|Poplar Street|Prairie Avenue|Quail Run|"
    "Ridge Road|River Road|Rosewood Drive|School Street|South 4th Street|Spruce Street|"
    "Summit Avenue|Sycamore Street|Union Street|Valley View Road|Walnut Street|"
    "West 9th Street|Willow Lane"
)
